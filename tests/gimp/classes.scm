; SPDX-License-Identifier: GPL-3.0-or-later
; Layer groups are classes, the layers in them samples: shapes drawn with a brush are learnt,
; and others are told apart that were drawn later. What cannot be learnt is said in words.

(define (in-folder name) (string-append data-folder "/" name))

(define (train . arguments)
  (apply plug-in-convolens-train (append (list #:run-mode RUN-NONINTERACTIVE) arguments)))

(define images-found (lambda (found) (list-ref found 4)))

; --- drawing ------------------------------------------------------------------------------

(define side 48)

; The same in each run.
(define seed 1)
(define (chance from to)
  (set! seed (modulo (+ (* seed 1103515245) 12345) 2147483648))
  (+ from (* (- to from) (/ (quotient seed 256) 8388608.0))))

; A line through points around (0, 0), two numbers each, at most 1 away, as a hand draws it
; somewhere on a layer: of some size, turned a little, not quite straight.
(define (draw a-layer . lines)
  (let* ((size (chance 9 17))
         (x (chance (+ size 4) (- side size 4)))
         (y (chance (+ size 4) (- side size 4)))
         (turn (chance -0.2 0.2))
         (wobble (* 0.06 size)))
    (gimp-context-set-foreground (list (chance 0 120) (chance 0 120) (chance 0 120)))
    (gimp-context-set-brush-size (chance 2 5))
    (for-each
      (lambda (points)
        (gimp-paintbrush-default a-layer
          (list->vector
            (let loop ((points points))
              (if (null? points)
                '()
                (let ((px (car points)) (py (cadr points)))
                  (append
                    (list (+ x (chance (- wobble) wobble)
                             (* size (- (* px (cos turn)) (* py (sin turn)))))
                          (+ y (chance (- wobble) wobble)
                             (* size (+ (* px (sin turn)) (* py (cos turn))))))
                    (loop (cddr points)))))))))
      lines)))

(define (ring n)
  (let loop ((i 0))
    (if (> i n)
      '()
      (append (list (cos (/ (* 6.2832 i) n)) (sin (/ (* 6.2832 i) n))) (loop (+ i 1))))))

(define shapes
  (list
    (list "cross" '(-0.8 -0.8 0.8 0.8) '(0.8 -0.8 -0.8 0.8))
    (list "ring" (ring 16))
    (list "square" '(-0.8 -0.8 0.8 -0.8 0.8 0.8 -0.8 0.8 -0.8 -0.8))
    (list "triangle" '(0 -1 0.9 0.7 -0.9 0.7 0 -1))))

(define (numbered name i) (string-append name " " (number->string i)))

(define (new-group an-image name)
  (let ((group (gimp-group-layer-new an-image name)))
    (gimp-image-insert-layer an-image group 0 0)
    group))

(define (new-sample an-image group name alpha)
  (let ((sample (gimp-layer-new an-image name side side (if alpha RGBA-IMAGE RGB-IMAGE) 100
                                LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer an-image sample group 0)
    (gimp-drawable-fill sample (if alpha FILL-TRANSPARENT FILL-WHITE))
    sample))

; Each second on paper.
(define (draw-shape an-image group shape i)
  (let ((sample (new-sample an-image group (numbered (car shape) i) (even? i))))
    (apply draw (cons sample (cdr shape)))
    sample))

(define (draw-class an-image shape n)
  (let ((group (new-group an-image (car shape))))
    (let loop ((i 1))
      (if (<= i n)
        (begin
          (draw-shape an-image group shape i)
          (loop (+ i 1)))))
    group))

(define (new-image) (gimp-image-new side side RGB))

; --- learning -----------------------------------------------------------------------------

(define pen (gimp-brush-new "pen"))
(gimp-brush-set-radius pen 3)
(gimp-context-set-brush pen)
(gimp-context-enable-dynamics FALSE)

(define school (new-image))
(for-each (lambda (shape) (draw-class school shape 30)) shapes)
(new-sample school 0 "in no group" TRUE)
(gimp-image-select-rectangle school CHANNEL-OP-REPLACE 0 0 3 3)

(define model (in-folder "shapes.onnx"))
(define before (inventory school))
(define found
  (train #:network "shapes" #:image-of-classes school #:epochs 30 #:batch-size 16
         #:augment "shift=1 rotate=10 scale=0.9,1.1" #:validation 0.2 #:output model))
(check "the shapes are told apart" (>= (car found) 0.95) found)
(check-equal "it says what there was"
  (images-found found)
  "120 images of 28×28×1 in 4 classes\ncross: 30, ring: 30, square: 30, triangle: 30")
(check-equal "the image is as it was" (inventory school) before)

; Drawn by others, on layers in no group.
(define exam (new-image))
(set! seed 20261123)
(define (classify a-layer . arguments)
  (apply plug-in-convolens-classify
         (append (list #:run-mode RUN-NONINTERACTIVE #:image (gimp-item-get-image a-layer)
                       #:drawables (vector a-layer))
                 arguments)))
(define (answer a-layer . arguments) (car (apply classify (cons a-layer arguments))))
(define (count-right shape n)
  (let loop ((i 1) (right 0))
    (if (> i n)
      right
      (let ((sample (draw-shape exam 0 shape i)))
        (loop (+ i 1)
              (if (equal? (answer sample #:model model) (car shape)) (+ right 1) right))))))
(define right (map (lambda (shape) (count-right shape 6)) shapes))
(check "others, drawn later, are told right" (>= (apply + right) 23) right)
(gimp-image-delete exam)

; --- what is said of the numbers ----------------------------------------------------------

(define quick "input 28x28x1; flatten; dense 2; softmax")

(define uneven (new-image))
(draw-class uneven (list-ref shapes 0) 21)
(define few (draw-class uneven (list-ref shapes 1) 4))
(define said (images-found (train #:network quick #:image-of-classes uneven #:epochs 1)))
(check "few layers of a class" (contains? said "Few images (ring: 4): with fewer than 10") said)
(check "many more of another"
  (contains? said "unbalanced: 21 of cross, but only 4 of ring. The network will rather say cross.")
  said)

(define deeper (new-group uneven "more rings"))
(gimp-image-reorder-item uneven deeper few 0)
(draw-shape uneven deeper (list-ref shapes 1) 5)
(draw-shape uneven (new-group uneven "none of these") (list-ref shapes 2) 6)
(define third (gimp-image-get-layer-by-name uneven "none of these"))
(gimp-item-set-visible third FALSE)
(gimp-item-set-visible (gimp-image-get-layer-by-name uneven "ring 2") FALSE)
(define (counted . arguments)
  (images-found (apply train (append (list #:image-of-classes uneven #:epochs 1) arguments))))
(check "groups in a group are of its class, hidden layers count"
  (contains? (counted #:network "input 28x28x1; flatten; dense 3; softmax")
             "cross: 21, none of these: 1, ring: 5\n"))
(check "unless that is not wanted"
  (contains? (counted #:network quick #:hidden-layers FALSE) "cross: 21, ring: 4\n"))

; --- what a network sees of a layer --------------------------------------------------------

; Long layers with a mark at one end: their middle is all the same.
(define (long-layer an-image group name right?)
  (let ((sample (gimp-layer-new an-image name 120 24 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer an-image sample group 0)
    (gimp-drawable-fill sample FILL-WHITE)
    (gimp-context-set-foreground (list (chance 0 90) (chance 0 90) (chance 0 90)))
    (gimp-image-select-rectangle an-image CHANNEL-OP-REPLACE
                                 (if right? (chance 88 96) (chance 2 10)) 0 20 24)
    (gimp-drawable-edit-fill sample FILL-FOREGROUND)
    (gimp-selection-none an-image)
    sample))
(define (long-class an-image name right?)
  (let ((group (new-group an-image name)))
    (let loop ((i 0))
      (if (< i 12)
        (begin
          (long-layer an-image group (numbered name i) right?)
          (loop (+ i 1)))))))
(define ends (gimp-image-new 120 24 RGB))
(long-class ends "left" #f)
(long-class ends "right" #t)
(define to-the-left (long-layer ends 0 "one more" #f))
(define to-the-right (long-layer ends 0 "another one" #t))
(define (learn-ends framing)
  (car (train #:network "conv 4 3x3; relu; maxpool 4; flatten; dense 2; softmax"
              #:image-of-classes ends #:framing framing #:epochs 20 #:batch-size 4 #:rate 0.01
              #:validation 0.25 #:output (in-folder "ends.onnx"))))
(define (answers . arguments)
  (map (lambda (a-layer) (apply answer (append (list a-layer #:model (in-folder "ends.onnx"))
                                               arguments)))
       (list to-the-left to-the-right)))
(check-equal "all of a layer, out of shape" (learn-ends "stretch") 1.0)
(check-equal "is classified as it was learnt" (answers) '("left" "right"))
(define middles (answers #:framing "crop"))
(check "but not where that is not wanted" (equal? (car middles) (cadr middles)) middles)
(check-equal "all of a layer, with grey beside" (learn-ends "fit") 1.0)
(check-equal "is also classified as it was learnt" (answers) '("left" "right"))
(check "the middle does not tell them apart" (<= (learn-ends "crop") 0.75))

(define open-size
  (images-found (train #:network "conv 4 3x3; global-avgpool; dense 2; softmax"
                       #:image-of-classes ends #:epochs 1)))
(check "a size is chosen where none is said" (contains? open-size "24 images of 32×32×3") open-size)

; What a mask hides is white.
(define masked (gimp-image-new 4 4 RGB))
(define covered (add-layer masked "covered" #f 4 4))
(gimp-context-set-foreground '(51 102 204))
(gimp-drawable-fill covered FILL-FOREGROUND)
(gimp-layer-add-mask covered (gimp-layer-create-mask covered ADD-MASK-BLACK))
(define (means) (vector->list (cadddr (classify covered #:network
                                                "input 4x4x3; global-avgpool; softmax"))))
(check-near "what a mask hides is not seen" (means) '(0.333333 0.333333 0.333333) 1e-5)
(gimp-layer-set-apply-mask covered FALSE)
(check "unless the mask is off" (let ((seen (means))) (< (car seen) (cadr seen) (caddr seen)))
       (means))
(gimp-image-delete masked)

; --- what cannot be -----------------------------------------------------------------------

(define (check-train-refused name parts an-image . arguments)
  (let* ((file (in-folder "refused.onnx"))
         (before (inventory an-image))
         (message (message-of
                    (lambda ()
                      (apply train (append (list #:image-of-classes an-image #:output file)
                                           arguments))))))
    (check name
      (and (string? message)
           (let loop ((parts parts))
             (or (null? parts)
                 (and (contains? message (car parts)) (loop (cdr parts))))))
      'message message 'expected parts)
    (check (string-append name ": nothing is changed")
      (and (not (file-exists? file)) (equal? (inventory an-image) before)))))

(define poor (new-image))
(new-sample poor 0 "background" #f)
(check-train-refused "no groups" '("has no layer groups" "called like the class") poor)
(define cats (draw-class poor (list "cat" (ring 5)) 6))
(check-train-refused "one group" '("has only one layer group" "nothing to tell apart") poor)
(define dogs (new-group poor "dog"))
(check-train-refused "an empty group" '("The layer group “dog” has no layers") poor
  #:network quick)
(define dog (new-sample poor dogs "dog 1" TRUE))
(gimp-item-set-visible dog FALSE)
(check-train-refused "a group whose layers are all hidden" '("“dog” has no layers") poor
  #:network quick #:hidden-layers FALSE)
(check-train-refused "a class of which nothing is drawn"
  '("No layer of “dog” can be learnt from" "“dog 1”" "there is nothing drawn") poor
  #:network quick)
(draw-shape poor dogs (list "dog" (ring 3)) 2)
(draw-shape poor dogs (list "dog" (ring 3)) 3)
(check "an empty layer is left out"
  (contains? (images-found (train #:network quick #:image-of-classes poor #:epochs 1))
             "1 picture is left out. “dog 1” cannot be learnt from"))
(check-train-refused "where that is not wanted" '("“dog 1” cannot be learnt from") poor
  #:network quick #:broken "refuse")
(gimp-item-set-name cats " dog")
(check-train-refused "two groups of the same name" '("Two layer groups are called “dog”") poor
  #:network quick)
(gimp-item-set-name cats "cat")
(check-train-refused "more classes than there are" '("tells 3 classes apart" "of 2") poor
  #:network "input 28x28x1; flatten; dense 3; softmax")
(check-train-refused "what is no picture" '("takes 2 channels") poor
  #:network "input 8x8x2; flatten; dense 2; softmax")
(check-train-refused "more than memory should hold" '("120 layers of 4096×4096×3" "22.5 GiB")
  school #:network "conv 4 3x3; global-avgpool; dense 4; softmax" #:size "4096x4096x3")
(check-train-refused "ink, and pictures to test with" '("prepare to picture") school
  #:network "shapes" #:test-data (in-folder "pictures"))
(check-train-refused "a test of other classes" '("of other classes") school
  #:network "shapes" #:prepare "picture" #:test-data (in-folder "pictures"))

; It cannot have groups either.
(define indexed (new-image))
(add-layer indexed "picture" #f 4 4)
(gimp-image-convert-indexed indexed CONVERT-DITHER-NONE CONVERT-PALETTE-MONO 2 #f #f "")
(check-train-refused "indexed colours" '("has indexed colours" "convert it") indexed
  #:network quick)

(check-end)
