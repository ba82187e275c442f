; SPDX-License-Identifier: GPL-3.0-or-later
; What bench/learn.py measures in GIMP: filters are learned from one photograph before and
; after GIMP's own operations, and judged on another: `photo-a`, `photo-b`, `side` and
; `limit` are defined before. Prints lines “bench: name number”.

(script-fu-use-v3)

(define (say name number)
  (for-each display (list "bench: " name " " number))
  (newline))

(define (now)
  (let ((time (gettimeofday)))
    (+ (car time) (/ (cadr time) 1000000))))

; --- photographs ----------------------------------------------------------------------

; A photograph, beside and below it its mirror images, cut to the width and height.
(define (photograph file width height)
  (let* ((an-image (gimp-file-load RUN-NONINTERACTIVE file))
         (first (vector-ref (gimp-image-get-layers an-image) 0))
         (w (gimp-image-get-width an-image))
         (h (gimp-image-get-height an-image)))
    (gimp-image-undo-disable an-image)
    (if (not (= (gimp-image-get-base-type an-image) RGB)) (gimp-image-convert-rgb an-image))
    (gimp-image-resize an-image width height 0 0)
    (let loop ((x 0) (y 0))
      (cond
        ((>= y height))
        ((>= x width) (loop 0 (+ y h)))
        (else
          (if (> (+ x y) 0)
            (let ((copy (gimp-layer-copy first)))
              (gimp-image-insert-layer an-image copy 0 0)
              (if (odd? (quotient x w))
                (gimp-item-transform-flip-simple copy ORIENTATION-HORIZONTAL #f (/ w 2)))
              (if (odd? (quotient y h))
                (gimp-item-transform-flip-simple copy ORIENTATION-VERTICAL #f (/ h 2)))
              (gimp-layer-set-offsets copy x y)))
          (loop (+ x w) y))))
    (let ((whole (gimp-image-merge-visible-layers an-image CLIP-TO-IMAGE)))
      (gimp-layer-flatten whole)
      (list an-image whole))))

(define (own-size file)
  (let ((an-image (gimp-file-load RUN-NONINTERACTIVE file)))
    (gimp-image-undo-disable an-image)
    (list an-image (vector-ref (gimp-image-get-layers an-image) 0))))

(define (copy-of a-picture)
  (let ((copy (gimp-layer-copy (cadr a-picture))))
    (gimp-image-insert-layer (car a-picture) copy 0 0)
    copy))

; --- filters: each changes a layer ---------------------------------------------------------

(define (operation a-layer name . properties)
  (let ((width (gimp-drawable-get-width a-layer))
        (height (gimp-drawable-get-height a-layer)))
    (apply gimp-drawable-merge-new-filter
           (append (list a-layer name "" LAYER-MODE-REPLACE 1.0) properties))
    (gimp-layer-resize a-layer width height (- (car (gimp-drawable-get-offsets a-layer)))
                       (- (cadr (gimp-drawable-get-offsets a-layer))))))

; Five by five numbers, row by row.
(define (matrix numbers)
  (lambda (a-layer)
    (apply operation
           (append (list a-layer "gegl:convolution-matrix" "divisor" 1.0 "normalize" #f
                         "alpha-weight" #f "alpha" #f)
                   (let loop ((names '("a1" "b1" "c1" "d1" "e1" "a2" "b2" "c2" "d2" "e2" "a3" "b3"
                                       "c3" "d3" "e3" "a4" "b4" "c4" "d4" "e4" "a5" "b5" "c5" "d5"
                                       "e5"))
                              (numbers numbers))
                     (if (null? names)
                       '()
                       (append (list (car names) (car numbers))
                               (loop (cdr names) (cdr numbers)))))))))

(define (blur a-layer) (operation a-layer "gegl:gaussian-blur" "std-dev-x" 1.5 "std-dev-y" 1.5))
(define (sharpen a-layer) (operation a-layer "gegl:unsharp-mask" "std-dev" 1.5 "scale" 0.5))
(define emboss
  (matrix '(0 0 0 0 0  0 -2 -1 0 0  0 -1 1 1 0  0 0 1 2 0  0 0 0 0 0)))
(define (desaturate a-layer) (gimp-drawable-desaturate a-layer DESATURATE-LUMINANCE))
(define (sepia a-layer) (operation a-layer "gegl:sepia" "scale" 1.0))
(define (curves a-layer)
  (gimp-drawable-curves-spline a-layer HISTOGRAM-VALUE #(0 0 0.25 0.15 0.75 0.85 1 1)))
(define (median a-layer) (operation a-layer "gegl:median-blur" "radius" 1))
(define (noisy a-layer)
  (operation a-layer "gegl:noise-rgb" "gaussian" #t "linear" #f "correlated" #f "independent" #t
             "red" noise "green" noise "blue" noise "alpha" 0.0))

; --- learning and judging ---------------------------------------------------------------------

(define (psnr a b)
  (/ (* -10 (log (+ 1e-20 (vector-ref (plug-in-convolens-probe-difference #:drawable a #:other b)
                                      1))))
     (log 10)))

(define (learn a before after file model)
  (plug-in-convolens-learn-filter
    #:run-mode RUN-NONINTERACTIVE #:image (car a) #:drawables (vector before after)
    #:before (vector before) #:after (vector after) #:model model #:output file #:seconds limit))

(define models '("automatic" "kernel" "small" "deep"))

(define (place-of word words)
  (let loop ((i 0) (words words))
    (if (string=? word (car words)) i (loop (+ i 1) (cdr words)))))

; Learns on the first photograph, judges on the second. What is before and what after is what
; the two functions make of a photograph.
(define (bench-filter make-before make-after model)
  (let* ((a (photograph photo-a side side))
         (b (own-size photo-b))
         (a-before (copy-of a)) (a-after (copy-of a))
         (b-before (copy-of b)) (b-after (copy-of b))
         (file (gimp-temp-file "onnx")))
    (make-before a-before) (make-after a-after)
    (make-before b-before) (make-after b-after)
    (let* ((start (now))
           (found (learn a a-before a-after file model)))
      (say "whole" (- (now) start))
      (say "learning" (list-ref found 9))
      (say "model" (place-of (list-ref found 4) models))
      (say "linear" (if (string=? (list-ref found 5) "linear") 1 0))
      (say "own" (list-ref found 1))
      (say "before" (psnr b-before b-after))
      (say "after"
           (psnr (car (plug-in-convolens-apply
                        #:run-mode RUN-NONINTERACTIVE #:image (car b) #:drawables (vector b-before)
                        #:model file))
                 b-after)))))

(define (nothing a-layer) a-layer)

; --- the kernel itself, from floats --------------------------------------------------------------

(define (numbers-in text)
  (let loop ((i 0) (word '()) (found '()))
    (let ((found* (if (null? word)
                    found
                    (cons (string->number (list->string (reverse word))) found))))
      (cond
        ((= i (string-length text)) (reverse found*))
        ((memv (string-ref text i) '(#\[ #\] #\, #\")) (loop (+ i 1) '() found*))
        (else (loop (+ i 1) (cons (string-ref text i) word) found))))))

(define (bench-kernel numbers)
  (let ((a (photograph photo-a side side)))
    (gimp-image-convert-precision (car a) PRECISION-FLOAT-LINEAR)
    (let ((after (copy-of a)))
      ((matrix numbers) after)
      (let* ((start (now))
             (found (plug-in-convolens-learn-filter
                      #:run-mode RUN-NONINTERACTIVE #:image (car a)
                      #:drawables (vector (cadr a) after) #:model "kernel" #:kernel-size 5
                      #:channels "each")))
        (say "whole" (- (now) start))
        (say "learning" (list-ref found 9))
        (say "own" (list-ref found 1))
        (say "wrong"
             (apply max (map (lambda (x y) (abs (- x y)))
                             (numbers-in (list-ref found 7))
                             (append numbers numbers numbers))))))))
