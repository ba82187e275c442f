; SPDX-License-Identifier: GPL-3.0-or-later
; A drawable as the editor's picture: other threads read what a run reads and see
; what is there, and come back when the picture is closed, cancelled or gone.

(define (check-picture name base precision alpha width height)
  (let* ((image (gimp-image-new-with-precision width height base precision))
         (layer (add-layer image "picture" alpha width height)))
    (check-equal name (plug-in-convolens-probe-picture #:drawable layer) "nothing")
    (gimp-image-delete image)))

(check-picture "RGB in bytes" RGB PRECISION-U8-NON-LINEAR #f 700 530)
(check-picture "with alpha" RGB PRECISION-U8-NON-LINEAR #t 391 257)
(check-picture "grey in linear floats" GRAY PRECISION-FLOAT-LINEAR #f 300 400)
(check-picture "grey with alpha, 16 bits" GRAY PRECISION-U16-PERCEPTUAL #t 128 256)
(check-picture "smaller than a tile" RGB PRECISION-HALF-LINEAR #t 60 9)

(check-end)
