; SPDX-License-Identifier: GPL-3.0-or-later
; Layers so large that they go to GIMP in a file: they are what small ones are, of an image of
; floats, which never go that way.

(define (make width height base precision alpha)
  (let* ((image (gimp-image-new-with-precision width height base precision))
         (layer (add-layer image "picture" alpha width height)))
    (plug-in-convolens-probe-fill #:drawable layer #:seed 7)
    (list image layer)))

(define (difference a b)
  (vector-ref (plug-in-convolens-probe-difference #:drawable a #:other b #:channel -1) 0))

; 0.5 / 255, and what little float adds.
(define (check-same name a b)
  (let ((found (difference a b)))
    (check name (<= found 0.00197) 'found found)))

(define (visible-state a-layer)
  (list (gimp-item-get-name a-layer) (place a-layer) (gimp-item-get-visible a-layer)
        (gimp-layer-get-opacity a-layer) (gimp-layer-get-mode a-layer)
        (gimp-layer-get-blend-space a-layer) (gimp-layer-get-composite-space a-layer)
        (gimp-layer-get-composite-mode a-layer) (gimp-layer-get-lock-alpha a-layer)
        (gimp-drawable-type a-layer)))

(define (check-large name width height base alpha prepare . arguments)
  (let* ((bytes (make width height base PRECISION-U8-NON-LINEAR alpha))
         (floats (make width height base PRECISION-FLOAT-NON-LINEAR alpha))
         (made (map (lambda (p)
                      (prepare p)
                      (layers-of (car (apply run (cons p arguments)))))
                    (list bytes floats))))
    (check-same (string-append name ": the pictures") (layer bytes) (layer floats))
    (check-equal (string-append name ": number of layers") (length (car made))
                 (length (cadr made)))
    (for-each (lambda (a b) (check-same (string-append name ": " (gimp-item-get-name a)) a b))
              (car made) (cadr made))
    (check-equal (string-append name ": all else") (map visible-state (car made))
                 (map visible-state (cadr made)))
    (drop bytes)
    (drop floats)))

(define (nothing a-picture) #f)

(check-large "RGB" 1501 999 RGB #f nothing #:network "conv 8 3x3 pad=same seed=5")
(check-large "RGB with alpha" 1501 999 RGB #t nothing #:network "conv 9 3x3 pad=same seed=5"
             #:mapping "diverging")
(check-large "grey" 1501 999 GRAY #f nothing #:network "conv 24 3x3 pad=same seed=5"
             #:mapping "range-map")
(check-large "moved, and partly selected" 1501 999 RGB #t
             (lambda (p)
               (gimp-layer-set-offsets (layer p) 33 -20)
               (gimp-image-select-rectangle (image p) CHANNEL-OP-REPLACE 40 20 1400 900))
             #:network "conv 11 5x5 pad=same seed=5" #:mapping "signed")
; More tiles are begun at a time than there is room for.
(check-large "in pieces" 40001 41 GRAY #f nothing #:network "conv 24 3x3 pad=same seed=5")

; --- colours of the image's own, which are not converted -----------------------------------

(define p (make 1501 999 RGB PRECISION-U8-NON-LINEAR #f))
(define q (make 1501 999 RGB PRECISION-FLOAT-NON-LINEAR #f))
(for-each
  (lambda (p)
    (check "a profile" (gimp-image-set-color-profile-from-file
                         (image p) "/usr/share/color/icc/ghostscript/a98.icc"))
    ; Fills it anew: what was there means other numbers now.
    (plug-in-convolens-probe-fill #:drawable (layer p) #:seed 7))
  (list p q))
(for-each (lambda (a b) (check-same "the same numbers with a profile" a b))
          (layers-of (car (run p #:network "conv 8 3x3 pad=same seed=5")))
          (layers-of (car (run q #:network "conv 8 3x3 pad=same seed=5"))))
(drop p)
(drop q)

(check-end)
