; SPDX-License-Identifier: GPL-3.0-or-later
; A network learns three shapes, from files that the test writes; what cannot be learnt is
; said in words, and no file comes of it.

(define (in-folder name) (string-append data-folder "/" name))

(define text
  (string-append "input 12x12x1; conv 8 3x3 pad=same; relu; maxpool 2; conv 8 3x3 pad=same; relu; "
                 "maxpool 2; flatten; dense 3; softmax"))

; Accuracy, loss, epochs, seconds.
(define (train . arguments)
  (apply plug-in-convolens-train
         (append (list #:run-mode RUN-NONINTERACTIVE) arguments)))

(define (check-train-refused name parts . arguments)
  (let* ((file (in-folder "refused.onnx"))
         (message (message-of
                    (lambda () (apply train (append arguments (list #:output file)))))))
    (check name
      (and (string? message)
           (let loop ((parts parts))
             (or (null? parts)
                 (and (contains? message (car parts)) (loop (cdr parts))))))
      'message message 'expected parts)
    (check (string-append name ": nothing is written") (not (file-exists? file)))))

; --- learning -----------------------------------------------------------------------------

(define model (in-folder "shapes.onnx"))
(define found
  (train #:network text #:data (in-folder "idx") #:epochs 6 #:rate 0.01 #:batch-size 20
         #:output model))
(check "the shapes are told apart" (>= (car found) 0.95) found)
(check "with little doubt" (< 0.0 (cadr found) 0.3) found)
(check-equal "after all epochs" (caddr found) 6)
(check "which took some time" (< 0.0 (cadddr found) 60.0) found)

(define again
  (train #:network text #:data (in-folder "idx") #:epochs 6 #:rate 0.01 #:batch-size 20))
(check-equal "the same seed gives the same" (list (car again) (cadr again))
             (list (car found) (cadr found)))
(define other
  (train #:network text #:data (in-folder "idx") #:epochs 6 #:rate 0.01 #:batch-size 20 #:seed 2))
(check "another seed does not" (not (= (cadr other) (cadr found))) other found)

(check-equal "patience ends it early"
  (caddr (train #:network text #:data (in-folder "idx") #:epochs 40 #:rate 1e-30 #:patience 2))
  3)

; --- what was learnt -----------------------------------------------------------------------

; A bar and a disc as no file has them, and the probabilities of disc, level and upright.
(define (drawn inside?)
  (let ((numbers (make-vector 144 0.0)))
    (let loop ((i 0))
      (if (< i 144)
        (begin
          (if (inside? (remainder i 12) (quotient i 12)) (vector-set! numbers i 0.9))
          (loop (+ i 1)))))
    (grey 12 12 numbers)))

(define (probabilities a-picture)
  (let* ((group (car (run a-picture #:model model #:stages "last" #:mapping "raw"
                          #:placement "own-size")))
         (numbers (vector->list (read-pixels group))))
    (gimp-image-delete (image a-picture))
    numbers))

(define (greatest numbers)
  (let loop ((i 0) (best 0))
    (cond
      ((= i (length numbers)) best)
      ((> (list-ref numbers i) (list-ref numbers best)) (loop (+ i 1) i))
      (else (loop (+ i 1) best)))))

(define level (probabilities (drawn (lambda (x y) (and (= y 6) (<= 3 x 9))))))
(define upright (probabilities (drawn (lambda (x y) (and (= x 6) (<= 3 y 9))))))
(define disc
  (probabilities (drawn (lambda (x y) (<= (+ (* (- x 6) (- x 6)) (* (- y 5) (- y 5))) 8)))))
(check-equal "a disc" (greatest disc) 0)
(check-equal "a level bar" (greatest level) 1)
(check-equal "an upright bar" (greatest upright) 2)
(check-near "probabilities" (apply + level) 1.0 1e-5)

; --- pictures in folders -------------------------------------------------------------------

; One of them is broken.
(define coloured
  (train #:network "input 16x16x1; conv 8 3x3; relu; maxpool 2; flatten; dense 3; softmax"
         #:data (in-folder "pictures") #:epochs 12 #:rate 0.01 #:batch-size 20
         #:validation 0.3 #:output (in-folder "coloured.onnx")))
(check "pictures from folders are told apart" (>= (car coloured) 0.9) coloured)
(define bar (drawn (lambda (x y) (and (= y 6) (<= 3 x 9)))))
(define (classify . arguments)
  (apply plug-in-convolens-classify
         (append (list #:run-mode RUN-NONINTERACTIVE #:image (image bar)
                       #:drawables (vector (layer bar)) #:model (in-folder "coloured.onnx"))
                 arguments)))
(define answer (classify))
(check-equal "one of them is called as its folder" (car answer) "level")
(check-equal "seen as pictures are" (cadddr answer) (cadddr (classify #:prepare "picture")))
(check "and not as ink" (not (equal? (cadddr answer) (cadddr (classify #:prepare "digit")))))
(drop bar)
(check-train-refused "a broken picture, where that is not wanted" '("disc/000.png" "cannot be read")
  #:network "input 12x12x1; flatten; dense 3; softmax" #:data (in-folder "pictures")
  #:broken "refuse")
(check-train-refused "pictures of no size" '("say with size")
  #:network "conv 4 3x3; global-avgpool; dense 3; softmax" #:data (in-folder "pictures"))
(check "of the size that is said"
  (pair? (train #:network "conv 4 3x3; global-avgpool; dense 3; softmax"
                #:data (in-folder "pictures") #:size "10x10x3" #:epochs 1)))
(check-train-refused "another size than the network's" '("16×16×1" "10×10×3")
  #:network "input 16x16x1; flatten; dense 3; softmax" #:data (in-folder "pictures")
  #:size "10x10x3")

; --- what a file begins with ---------------------------------------------------------------

(define further
  (train #:network model #:data (in-folder "idx") #:epochs 1 #:rate 1e-9 #:batch-size 20))
(check-near "a model goes on where it is" (cadr further) (cadr found) 1e-3)

; --- checkpoints ---------------------------------------------------------------------------

(define kept (in-folder "shapes.checkpoint"))
(train #:network text #:data (in-folder "idx") #:epochs 2 #:rate 0.01 #:checkpoint kept)
(check "there is a checkpoint" (file-exists? kept))
(check-equal "of a training that is over"
  (caddr (train #:network text #:data (in-folder "idx") #:checkpoint kept #:continue TRUE)) 2)
(check-train-refused "a checkpoint of other images" '("with other images than these")
  #:network text #:data (in-folder "only-train") #:validation 0.5 #:checkpoint kept
  #:continue TRUE)
(check-train-refused "none to go on from" '("say in which checkpoint")
  #:network text #:data (in-folder "idx") #:continue TRUE)

; --- what cannot be ------------------------------------------------------------------------

(define (check-data name parts folder . arguments)
  (apply check-train-refused
         (append (list name parts #:network text #:data (in-folder folder)) arguments)))

(check-train-refused "nothing to learn from" '("Choose what to learn from") #:network text)
(check-data "a folder that is not there" '("There is no file or folder" "nowhere") "nowhere")
(check-data "an empty folder" '("empty" "has no folders") "empty")
(check-data "a file that ends early" '("short" "images-idx3-ubyte") "short")
(check-data "one class" '("one-class" "all its labels are 0") "one-class")
(check-data "fewer labels than pictures" '("fewer-labels" "59" "60") "fewer-labels")
(check-data "a test's labels out of range" '("t10k-labels" "label 3 is 3, expected 0 to 2")
            "other-test")
(check-data "a file of pictures without labels" '("There are no labels beside")
            "loose.idx")
(check-train-refused "more classes than there are" '("tells 4 classes apart" "of 3")
  #:network "input 12x12x1; flatten; dense 4; softmax" #:data (in-folder "idx"))
(check-train-refused "no probabilities" '("softmax")
  #:network "input 12x12x1; flatten; dense 3" #:data (in-folder "idx"))
(check-train-refused "pictures of another size" '("14×14×1" "12×12×1")
  #:network "input 14x14x1; flatten; dense 3; softmax" #:data (in-folder "idx"))
(check-train-refused "a mistake in the network" '("Line 1, column 1" "convolve")
  #:network "convolve 3" #:data (in-folder "idx"))
(check-train-refused "no network" '("There is no network yet") #:network "" #:data (in-folder "idx"))
(check-data "an optimiser there is none of" '("adamm" "adam") "idx" #:optimiser "adamm")
(check-data "a schedule there is none of" '("sinus") "idx" #:schedule "sinus")
(check-data "a change there is none of" '("spin") "idx" #:augment "spin=3")
(check-data "a size that is none" '("“12 by 12” is not the size of a picture") "idx"
            #:size "12 by 12")

; Without anything that bounds it, each layer makes the others' derivatives larger.
(check-train-refused "numbers that run away" '("in epoch 1" "a smaller learning rate")
  #:network "input 12x12x1; flatten; dense 30; dense 30; dense 3; softmax"
  #:data (in-folder "idx") #:optimiser "sgd" #:rate 100)

; The rate rises until it is far too great.
(define best (in-folder "best.onnx"))
(define late
  (message-of (lambda ()
                (train #:network "input 12x12x1; flatten; dense 30; dense 30; dense 3; softmax"
                       #:data (in-folder "idx") #:optimiser "sgd" #:rate 100 #:batch-size 20
                       #:epochs 600 #:schedule "constant warm-up=600" #:output best))))
(check "numbers that run away later leave the best before that"
  (and (string? late) (contains? late "in epoch ") (contains? late "best.onnx") (file-exists? best))
  late)
(define goes-on (train #:network best #:data (in-folder "idx") #:epochs 1 #:rate 1e-9))
(check "which has learnt something" (< 0.5 (car goes-on)) goes-on late)

(define message
  (message-of (lambda () (train #:network text #:data (in-folder "idx")
                                #:output (in-folder "nowhere/a.onnx")))))
(check "a file that cannot be written is said at once"
  (and (string? message) (contains? message "nowhere/a.onnx") (contains? message "cannot be written"))
  message)

(check-end)
