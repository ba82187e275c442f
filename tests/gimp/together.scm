; SPDX-License-Identifier: GPL-3.0-or-later
; Run by several GIMPs at once, of one person with one configuration: each gets
; what is right for its own picture.

(define width 1100)
(define height 900)

(define (check-run seed)
  (let* ((an-image (gimp-image-new-with-precision width height RGB PRECISION-U8-NON-LINEAR))
         (a-layer (add-layer an-image "picture" #f width height)))
    (plug-in-convolens-probe-fill #:drawable a-layer #:seed seed)
    (let loop ((mappings '("clamp" "range-map")))
      (if (pair? mappings)
        (let* ((group (car (run-on an-image (vector a-layer) #:mapping (car mappings)
                                   #:network "conv kernels=identity groups=channels")))
               (made (layers-of group)))
          ; The least is 0 and the greatest 1 here: both show the picture.
          (check-equal (string-append (car mappings) " " (number->string seed))
            (map (lambda (one c)
                   (vector-ref (plug-in-convolens-probe-difference
                                 #:drawable one #:other a-layer #:channel c) 0))
                 made '(0 1 2))
            '(0.0 0.0 0.0))
          (gimp-image-remove-layer an-image group)
          (loop (cdr mappings)))))
    (gimp-image-delete an-image)))

(for-each check-run '(1 2 3))

; Values that are kept until their range is known.
(define p (grey 9 9 (make-vector 81 0.5)))
(check-equal "kept" (names (layers-of (car (run p #:network "conv 40 5x5 pad=same; conv 2 5x5"))))
  '("map 1" "map 2"))
(drop p)
(check-end)
