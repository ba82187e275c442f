; SPDX-License-Identifier: GPL-3.0-or-later
; Every precision, grey and RGB, with and without alpha: the identity network
; gives back what is there, stored as the image stores it.

(define (precisions bits tolerance . values)
  (map (lambda (value kind) (list (string-append bits " " kind) value tolerance))
       values '("linear" "non-linear" "perceptual")))

(define all-precisions
  (append
    (precisions "8-bit" 1e-6 PRECISION-U8-LINEAR PRECISION-U8-NON-LINEAR PRECISION-U8-PERCEPTUAL)
    (precisions "16-bit" 1e-6 PRECISION-U16-LINEAR PRECISION-U16-NON-LINEAR PRECISION-U16-PERCEPTUAL)
    (precisions "32-bit" 1e-6
                PRECISION-U32-LINEAR PRECISION-U32-NON-LINEAR PRECISION-U32-PERCEPTUAL)
    (precisions "half" 1e-3
                PRECISION-HALF-LINEAR PRECISION-HALF-NON-LINEAR PRECISION-HALF-PERCEPTUAL)
    (precisions "float" 1e-6
                PRECISION-FLOAT-LINEAR PRECISION-FLOAT-NON-LINEAR PRECISION-FLOAT-PERCEPTUAL)
    (precisions "double" 1e-6
                PRECISION-DOUBLE-LINEAR PRECISION-DOUBLE-NON-LINEAR PRECISION-DOUBLE-PERCEPTUAL)))

; Two pixels; with alpha the second is half transparent.
(define (numbers base alpha)
  (cond
    ((and (= base RGB) alpha) #(0.2 0.4 0.6 1  0.8 0 1 0.502))
    ((= base RGB) #(0.2 0.4 0.6  0.8 0 1))
    (alpha #(0.2 1  0.8 0.502))
    (else #(0.2 0.8))))

; What the layers of all channels ought to store, one after the other: each
; pixel of channel c is that number as often as the picture has channels.
(define (expected numbers channels alpha)
  (let* ((stride (+ channels (if alpha 1 0)))
         (pixel (lambda (i c)
                  (append
                    (vector->list (make-vector channels (vector-ref numbers (+ (* i stride) c))))
                    (if alpha (list (vector-ref numbers (+ (* i stride) channels))) '())))))
    (let loop ((c 0))
      (if (= c channels)
        '()
        (append (pixel 0 c) (pixel 1 c) (loop (+ c 1)))))))

(define (check-format base base-name alpha precision)
  (let* ((channels (if (= base RGB) 3 1))
         (p (picture base (cadr precision) alpha 2 1 (numbers base alpha)))
         (group (car (run p #:network "conv kernels=identity groups=channels" #:mapping "clamp")))
         (name (string-append base-name " " (car precision) (if alpha " with alpha" ""))))
    (check-equal (string-append name ": a layer a channel, of the picture's type")
      (map gimp-drawable-type (layers-of group))
      (vector->list (make-vector channels (layer-type base alpha))))
    (check-near (string-append name ": the same numbers")
      (vector->list (read-pixels group)) (expected (stored p) channels alpha)
      (caddr precision))
    (drop p)))

(for-each
  (lambda (precision)
    (for-each
      (lambda (alpha)
        (check-format GRAY "grey" alpha precision)
        (check-format RGB "RGB" alpha precision))
      (list #f #t)))
  all-precisions)

(check-end)
