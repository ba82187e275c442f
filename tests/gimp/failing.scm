; SPDX-License-Identifier: GPL-3.0-or-later
; In a GIMP whose folder for what does not fit the memory is not there: a run
; that fails in the middle says why and leaves the image as it was.

(define p (picture RGB PRECISION-U8-NON-LINEAR #f 40 30 (make-vector 3600 0.5)))
(define costly "conv 40 5x5 pad=same; conv 2 5x5 pad=same")

(check-refused "values that cannot be kept" '("cannot be kept in" "nowhere")
  (image p) (vector (layer p)) #:network costly)
(check-equal "what need not be kept runs"
  (length (layers-of (car (run p #:network costly #:mapping "clamp")))) 2)
(drop p)
(check-end)
