; SPDX-License-Identifier: GPL-3.0-or-later
; Run by several GIMPs at once, of one person with one configuration: each gets
; what is right for its own picture.

(define width 700)
(define height 600)

; A row of @n times @side, with @middle in the middle.
(define (row n side middle)
  (let loop ((i 0) (text ""))
    (if (= i n)
      text
      (loop (+ i 1)
            (string-append text (if (= i 0) "" ",") (if (= i (quotient n 2)) middle side))))))

; The picture as it is, cheap and costly: what is costly is not computed twice.
(define cheap "conv kernels=identity groups=channels")
(define costly
  (let ((zeros (string-append "[" (row 33 "0" "0") "]")))
    (string-append "conv kernels=\"["
                   (row 33 zeros (string-append "[" (row 33 "0" "1") "]"))
                   "]\" groups=channels pad=same")))

(define (check-run network mapping seed)
  (let* ((an-image (gimp-image-new-with-precision width height RGB PRECISION-U8-NON-LINEAR))
         (a-layer (add-layer an-image "picture" #f width height)))
    (plug-in-convolens-probe-fill #:drawable a-layer #:seed (+ seed (* 100 gimp-number)))
    ; The least is 0 and the greatest 1: a range shows the picture too.
    (check-equal (string-append mapping " " (number->string seed))
      (map (lambda (one c)
             (vector-ref (plug-in-convolens-probe-difference
                           #:drawable one #:other a-layer #:channel c) 0))
           (layers-of (car (run-on an-image (vector a-layer) #:mapping mapping
                                   #:network network)))
           '(0 1 2))
      '(0.0 0.0 0.0))
    (gimp-image-delete an-image)))

(for-each
  (lambda (seed)
    (check-run cheap "clamp" seed)
    (check-run cheap "range-map" seed)
    (check-run costly "range-map" seed))
  '(1 2))

(check-end)
