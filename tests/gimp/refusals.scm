; SPDX-License-Identifier: GPL-3.0-or-later
; Whatever cannot be done is said in words and leaves the image as it was.

(define p (picture RGB PRECISION-U8-NON-LINEAR #f 8 6 (make-vector 144 0.5)))
(define g (picture GRAY PRECISION-U8-NON-LINEAR #f 8 6 (make-vector 48 0.5)))
(define other (gimp-layer-new (image p) "other" 8 6 RGB-IMAGE 100 LAYER-MODE-NORMAL))
(gimp-image-insert-layer (image p) other 0 0)

(define (check-text name text . parts)
  (check-refused name parts (image p) (vector (layer p)) #:network text))

(define (check-argument name keyword value . parts)
  (check-refused name parts (image p) (vector (layer p)) #:network "conv 4 3x3; relu"
                 keyword value))

; --- the text --------------------------------------------------------------------------

(check-text "an unknown layer" "conv 2 3x3\nconvolve 3" "Line 2, column 1" "“convolve”")
(check-text "a misspelt one" "maxpol 2" "Line 1, column 1" "“maxpol”" "maxpool")
(check-text "a misspelt kernel" "conv kernels=sobel-z" "Line 1" "sobel-z" "sobel-x")
(check-text "an unknown parameter" "conv 2 3x3 strid=2" "Line 1, column 12" "strid" "stride")
(check-text "a bad value" "conv 2 3x3 stride=0" "Line 1" "0")
(check-text "a kernel larger than the picture" "conv 1 3x3\nconv 1 9x9" "9×9" "4×6")
(check-text "a window larger than the picture" "maxpool 50" "50×50" "6×8")
(check-text "maps that do not fit together" "conv 2 3x3 as=a; conv 2 3x3; add a" "add")
(check-text "no text" "" "network is empty")
(check-text "blank text" "  \n\t\n" "network is empty")
(check-text "only a comment" "# nothing yet" "network is empty")
(check-text "only an input" "input 4x4x1" "network is empty")
(check-text "a text of a megabyte"
  (let loop ((text "relu\n") (n 5))
    (if (< n 1000000) (loop (string-append text text) (* 2 n)) text))
  "1310720 bytes" "524288")
(check-text "an input a picture cannot give" "input 8x8x2; relu" "2 channels" "1 (grey)")
(check-text "a hundred thousand layers" "conv 100000 1x1" "100000 layers" "1000")
(check-text "a thousand and one" "conv 1001 1x1" "1001 layers")
(check-text "more memory than there is"
  "conv 30000 3x3 pad=same; conv 30000 3x3; conv 1 1x1" "memory")

; Weights of 2000 × 2000 × 9 floats do not fit 16 MiB; a 3×3 convolution does.
(check-refused "more memory than it may take" '("of memory on an input of 6×8×3, 16.0" "may be used")
  (image p) (vector (layer p)) #:network "conv 2000 3x3 pad=same; conv 2000 3x3; conv 1 1x1"
  #:memory 16)
(define within (run p #:network "conv 1 3x3" #:memory 16))
(check-equal "what fits runs" (length within) 1)
(gimp-image-remove-layer (image p) (car within))

; --- the layer -------------------------------------------------------------------------

(check-refused "no layer" '("Feature Maps works on one layer; none is selected")
  (image p) (vector))
(check-refused "two layers" '("Feature Maps works on one layer; 2 are selected")
  (image p) (vector (layer p) other))
(check-refused "a layer of another image" '("The layer is not in the image")
  (image p) (vector (layer g)))
(define loose (gimp-layer-new (image p) "loose" 8 6 RGB-IMAGE 100 LAYER-MODE-NORMAL))
(check-refused "a layer of no image" '("The layer is not in the image")
  (image p) (vector loose))
(gimp-item-delete loose)

(define mask (gimp-layer-create-mask other ADD-MASK-WHITE))
(gimp-layer-add-mask other mask)
(check-refused "a layer mask" '("a layer mask is selected") (image p) (vector mask))
(define saved (gimp-channel-new (image p) "saved" 8 6 50 "black"))
(gimp-image-insert-channel (image p) saved 0 0)
(check-refused "a channel" '("a channel is selected") (image p) (vector saved))

(define indexed (gimp-image-new 4 4 RGB))
(define indexed-layer (add-layer indexed "picture" #f 4 4))
(gimp-image-convert-indexed indexed CONVERT-DITHER-NONE CONVERT-PALETTE-MONO 2 #f #f "")
(check-refused "an indexed image" '("indexed" "Image ▸ Mode ▸ RGB") indexed (vector indexed-layer))
(gimp-image-delete indexed)

(gimp-image-select-rectangle (image p) CHANNEL-OP-REPLACE 0 0 2 2)
(gimp-layer-set-offsets other 4 4)
(check-refused "a selection beside the layer" '("The selection does not touch the layer")
  (image p) (vector other) #:network "relu")
(gimp-image-select-rectangle (image p) CHANNEL-OP-REPLACE 0 0 1 6)
(check-refused "a selection where no cell lies" '("No cell of layer “1 conv 1 5×5 · 2×4×1”")
  (image p) (vector (layer p)) #:network "conv 1 5x5")
(define floating (gimp-edit-copy (vector (layer p))))
(define pasted (vector-ref (gimp-edit-paste (layer p) #f) 0))
(check-refused "a floating selection" '("floating selection" "anchor")
  (image p) (vector (layer p)) #:network "relu")
(gimp-floating-sel-anchor pasted)
(gimp-selection-none (image p))

; --- the choices -----------------------------------------------------------------------

(check-argument "a layer the network does not have" #:stages "3" "no layer 3" "2 layers")
(check-argument "layer 0" #:stages "0" "counted from 1")
(check-argument "a name nobody has" #:stages "a" "“a” is not a layer" "1 to 2")
(check-argument "no layers chosen" #:stages "" "Stages: nothing is chosen")
(check-argument "a map there is not" #:maps "5" "no map 5" "at most 4")
(check-argument "a list that is none" #:maps "1;2" "“1;2”")
(check-argument "no maps chosen" #:maps " " "Maps: nothing is chosen")
(check-refused "a layer without any of the maps" '("“1 conv 2 1×1 · 6×8×2” has 2 maps" "“3”")
  (image p) (vector (layer p)) #:network "conv 2 1x1; conv 4 1x1" #:stages "all" #:maps "3")
(check-argument "raw numbers in an image of integers" #:mapping "raw" "floating-point" "integers")
(check-refused "diverging colours in a grey image" '("RGB image" "greyscale")
  (image g) (vector (layer g)) #:network "relu" #:mapping "diverging")
(check-refused "nothing but padding" '("no place on the picture")
  (image p) (vector (layer p)) #:network "conv 1 1x1 pad=50,0,0,50 stride=100")

(drop p)
(drop g)
(check-end)
