; SPDX-License-Identifier: GPL-3.0-or-later
; What a network says of a picture, where it sees that, and what cannot be had.

(define (classify-on an-image drawables . arguments)
  (apply plug-in-convolens-classify
         (append (list #:run-mode RUN-NONINTERACTIVE #:image an-image #:drawables drawables)
                 arguments)))

; Label, class, probability, all of them, map.
(define (classify a-picture . arguments)
  (apply classify-on (append (list (image a-picture) (vector (layer a-picture))) arguments)))

(define (check-classify-refused name parts a-picture . arguments)
  (let* ((before (inventory (image a-picture)))
         (message (message-of (lambda () (apply classify (cons a-picture arguments))))))
    (check name
      (and (string? message)
           (let loop ((parts parts))
             (or (null? parts)
                 (and (contains? message (car parts)) (loop (cdr parts))))))
      'message message 'expected parts)
    (check-equal (string-append name ": nothing is added") (inventory (image a-picture)) before)))

; The mean of red, of green and of blue are the scores of three classes.
(define means "input 4x4x3; mul values=1 as=a; global-avgpool")

(define (softmax . scores)
  (let* ((powers (map exp scores))
         (sum (apply + powers)))
    (map (lambda (power) (/ power sum)) powers)))

; --- answers ---------------------------------------------------------------------------

(define (colours width height . triples)
  (picture RGB PRECISION-FLOAT-NON-LINEAR #f width height (list->vector (apply append triples))))

(define (repeat n what)
  (if (= n 0) '() (cons what (repeat (- n 1) what))))

(define plain (apply colours (append '(4 4) (repeat 16 '(0.1 0.7 0.4)))))
(define answer (classify plain #:network means))
(check-equal "the greatest of them, by its number" (list (car answer) (cadr answer)) '("1" 1))
(check-near "scores become probabilities" (vector->list (cadddr answer)) (softmax 0.1 0.7 0.4)
  1e-6)
(check-equal "of which that is the greatest" (caddr answer) (vector-ref (cadddr answer) 1))
(check-equal "no map is made" (vector->list (gimp-image-get-layers (image plain)))
  (list (layer plain)))
(check-near "a softmax is left as it is"
  (vector->list (cadddr (classify plain #:network (string-append means "; softmax"))))
  (softmax 0.1 0.7 0.4) 1e-6)
(drop plain)

; The left half red, the right one blue; of 8 × 4 pixels the middle is seen, or all.
(define halves
  (apply colours (append '(8 4) (apply append (repeat 4 (append (repeat 5 '(1 0 0))
                                                                (repeat 3 '(0 0 1))))))))
(define (shares . arguments)
  (vector->list (cadddr (apply classify (append (list halves #:network means) arguments)))))
(check-near "the middle of a picture" (shares) (softmax 0.75 0 0.25) 1e-6)
(check-near "all of it, out of shape" (shares #:framing "stretch") (softmax 0.625 0 0.375) 1e-6)
(check-near "all of it, with grey above and below" (shares #:framing "fit")
  (softmax 0.5625 0.25 0.4375) 1e-6)
(gimp-image-select-rectangle (image halves) CHANNEL-OP-REPLACE 4 0 4 4)
(check-near "the part that is selected" (shares) (softmax 0.25 0 0.75) 1e-6)
(gimp-selection-none (image halves))

; --- places ----------------------------------------------------------------------------

(define (first n numbers)
  (let loop ((i 0))
    (if (= i n) '() (cons (vector-ref numbers i) (loop (+ i 1))))))

(define (layers-in a-picture) (vector->list (gimp-image-get-layers (image a-picture))))

(define mapped (classify halves #:network means #:cam "layer"))
(define map-layer (list-ref mapped 4))
(check-equal "a layer above the picture" (layers-in halves) (list map-layer (layer halves)))
(check-equal "which says of what" (gimp-item-get-name map-layer) "Where “0” is seen")
(check-equal "over all of it" (place map-layer) '(0 0 8 4))
(check-equal "the picture stays selected"
  (vector->list (gimp-image-get-selected-layers (image halves))) (list (layer halves)))
; Red is seen where it is red, of what the network sees.
(check-near "opaque where the class is seen"
  (first 8 (channel (read-pixels map-layer) 3 4)) '(0 0 1 1 1 0 0 0) 1e-5)
(gimp-image-remove-layer (image halves) map-layer)

(define blue (list-ref (classify halves #:network means #:cam "layer" #:cam-class 2
                                 #:cam-layer "a" #:framing "stretch") 4))
(check-near "another class; a coarser map has straight lines in between"
  (first 8 (channel (read-pixels blue) 3 4)) '(0 0 0 0.125 0.375 0.625 0.875 1) 1e-5)
(gimp-image-remove-layer (image halves) blue)

(gimp-image-select-rectangle (image halves) CHANNEL-OP-REPLACE 2 0 4 4)
(define part (list-ref (classify halves #:network means #:cam "layer") 4))
(check-equal "of the part that is selected" (place part) '(2 0 4 4))
(gimp-image-remove-layer (image halves) part)
(define mask (list-ref (classify halves #:network means #:cam "mask") 4))
(check-equal "the layer's mask" (gimp-layer-get-mask (layer halves)) mask)
(check-near "black beside the selection"
  (first 8 (read-pixels mask)) '(0 0 1 1 1 0 0 0) 1e-5)
(check-classify-refused "a second mask" '("has a mask already") halves
  #:network means #:cam "mask")
(gimp-layer-remove-mask (layer halves) MASK-DISCARD)
(gimp-selection-none (image halves))

(define greys (grey 4 4 (list->vector (append (repeat 8 1) (repeat 8 0)))))
(define grey-map (list-ref (classify greys #:network means #:cam "layer") 4))
(check-near "on a grey picture it is white"
  (read-pixels grey-map)
  (list->vector (append (apply append (repeat 8 '(1 1))) (apply append (repeat 8 '(1 0))))) 1e-5)
(drop greys)

; --- what cannot be had ------------------------------------------------------------------

(check-classify-refused "a mistake" '("Line 1, column 1" "covn") halves #:network "covn 3")
(check-classify-refused "maps" '("maps of 222×222×4" "Feature Maps") halves
  #:network "conv 4 3x3")
(check-classify-refused "one value" '("single value") halves #:network "flatten; dense 1")
(check-classify-refused "a class there is not" '("Cam-class: there is no class 3" "knows 3") halves
  #:network means #:cam "layer" #:cam-class 3)
(check-classify-refused "a class that is nowhere" '("No place of the picture speaks for “1”") halves
  #:network means #:cam "layer" #:cam-class 1)
(check-classify-refused "a layer there is not" '("Cam-layer: " "“b”") halves
  #:network means #:cam "layer" #:cam-layer "b")
(check-classify-refused "a layer without places" '("Cam-layer: layer 2 has a single place") halves
  #:network means #:cam "layer" #:cam-layer "2")
(check-classify-refused "a number there is not" '("Cam-layer: “3” is not a layer" "1 to 2") halves
  #:network means #:cam "layer" #:cam-layer "3")
(define empty (grey 30 30 (list->vector (repeat 900 0.8))))
(check-classify-refused "nothing drawn" '("There is nothing drawn") empty
  #:network "input 28x28x1; flatten; dense 10")
(check-equal "a picture may be empty, a digit not"
  (vector-length (cadddr (classify empty #:network "input 28x28x1; flatten; dense 10"
                                   #:prepare "picture")))
  10)
(drop empty)
(define far (gimp-layer-new (image halves) "far" 2 2 RGB-IMAGE 100 LAYER-MODE-NORMAL))
(gimp-image-insert-layer (image halves) far 0 0)
(gimp-layer-set-offsets far 6 2)
(gimp-image-select-rectangle (image halves) CHANNEL-OP-REPLACE 0 0 2 2)
(check-equal "a selection beside the layer"
  (contains? (message-of (lambda () (classify-on (image halves) (vector far) #:network means)))
             "The selection does not touch the layer")
  #t)
(drop halves)

(check-end)
