; SPDX-License-Identifier: GPL-3.0-or-later
; Pictures of several of GIMP's tiles, which are put together from bands: every
; pixel is where it belongs, in images of bytes as in those of floats.

(define width 300)
(define height 270)

; The same picture in an image of bytes and in one of floats.
(define (pictures base alpha)
  (map (lambda (precision)
         (let* ((image (gimp-image-new-with-precision width height base precision))
                (layer (add-layer image "picture" alpha width height)))
           (plug-in-convolens-probe-fill #:drawable layer #:seed 7)
           (list image layer)))
       (list PRECISION-U8-NON-LINEAR PRECISION-FLOAT-NON-LINEAR)))

(define (difference a b channel)
  (vector-ref (plug-in-convolens-probe-difference #:drawable a #:other b #:channel channel) 0))

(define (check-small name found limit)
  (check name (<= found limit) 'found found 'limit limit))

; --- the picture comes back as it is ------------------------------------------------

(define (check-identity name base)
  (for-each
    (lambda (p)
      (let loop ((c 0)
                 (made (layers-of
                         (car (run p #:network "conv kernels=identity groups=channels"
                                   #:mapping "clamp")))))
        (if (pair? made)
          (begin
            (check-small (string-append name ", channel " (number->string c))
              (difference (car made) (layer p) c) 1e-6)
            (loop (+ c 1) (cdr made)))))
      (drop p))
    (pictures base #f)))

(check-identity "grey" GRAY)
(check-identity "RGB" RGB)

; --- bytes are what floats would be ----------------------------------------------------

(define (largest numbers)
  (apply max numbers))

(define (check-same name base alpha selection . arguments)
  (let* ((both (pictures base alpha)))
    (if selection
      (for-each (lambda (p) (selection (image p) CHANNEL-OP-REPLACE 40 20 221 241)) both))
    (let ((groups (map (lambda (p) (apply run (cons p arguments))) both)))
      (check-small name
        (largest (map (lambda (a b) (difference a b -1)) (car groups) (cadr groups)))
        0.00197))
    (for-each drop both)))

(define network "conv 3 3x3 pad=same seed=5")

(for-each
  (lambda (mapping)
    (check-same (string-append mapping ", RGB") RGB #f #f #:network network #:mapping mapping))
  '("clamp" "range-map" "range-stage" "signed" "diverging"))
(check-same "grey with alpha" GRAY #t #f #:network network)
(check-same "RGB with alpha, diverging" RGB #t #f #:network network #:mapping "diverging")
(check-same "a selection" RGB #f gimp-image-select-ellipse #:network network #:mapping "signed")
; Not the ellipse: bytes and floats do not select its edge by quite the same.
(check-same "a selection, own size" GRAY #t gimp-image-select-rectangle
            #:network "conv 2 3x3; maxpool 3 stride=2" #:placement "own-size")
(check-same "scaled up" RGB #f #f #:network "conv 2 3x3; maxpool 3" #:maps "2")
(check-same "scaled down" GRAY #f #f #:network "input 500x700x1; conv 2 3x3 stride=1")
(check-same "several stages" GRAY #f #f
            #:network "conv 2 3x3; maxpool 2; conv 3 3x3" #:stages "all")

(check-end)
