; SPDX-License-Identifier: GPL-3.0-or-later
; Where layers lie, and what of them shows: offsets, scaling, alpha, selections.

(define identity "conv kernels=identity")

(define (the-layer groups)
  (car (layers-of (car groups))))

(define (run-layer . arguments)
  (the-layer (apply run arguments)))

; --- offsets -------------------------------------------------------------------

; A canvas of 4×4 with a layer of @width × @height at (@x, @y).
(define (offset-picture x y width height)
  (let* ((image (gimp-image-new-with-precision 4 4 GRAY PRECISION-FLOAT-NON-LINEAR))
         (layer (add-layer image "picture" #f width height)))
    (gimp-layer-set-offsets layer x y)
    (list image layer)))

(define (check-place name p expected . arguments)
  (check-equal name (place (apply run-layer (cons p arguments))) expected)
  (drop p))

(check-place "a layer larger than the canvas"
  (offset-picture -1 -2 7 8) '(-1 -2 7 8) #:network identity)
(check-place "a layer smaller than the canvas"
  (offset-picture 1 2 2 1) '(1 2 2 1) #:network identity)
(check-place "conv 3x3 takes a row off each side: the layer lies one in"
  (offset-picture 10 20 5 4) '(11 21 3 2) #:network "conv 1 3x3")
(check-place "own size lies where the picture does"
  (offset-picture 10 20 5 4) '(10 20 3 2) #:network "conv 1 3x3" #:placement "own-size")
(check-place "pooled, scaled to the picture"
  (offset-picture -1 -2 6 4) '(-1 -2 6 4) #:network "maxpool 2")
(check-place "pooled, own size"
  (offset-picture -1 -2 6 4) '(-1 -2 3 2) #:network "maxpool 2" #:placement "own-size")
(check-place "two convolutions and a pooling: 2 off each side, then cells of 2"
  (offset-picture 0 0 8 9) '(2 2 4 4) #:network "conv 1 3x3; conv 1 3x3; maxpool 2")

; --- scaling -------------------------------------------------------------------

(define article (grey 4 4 #(0.1 0.3 0.2 0.4  0.3 0.5 0.4 0.6  0.2 0.5 0.6 0.7  0.4 0.7 0.6 0.8)))
(check-near "maxpool 2, own size: a pixel a cell"
  (read-pixels (run-layer article #:network "maxpool 2" #:mapping "clamp" #:placement "own-size"))
  #(0.5 0.6  0.7 0.8) 1e-6)
(check-near "scaled: a block a cell, nothing in between"
  (read-pixels (run-layer article #:network "maxpool 2" #:mapping "clamp"))
  #(0.5 0.5 0.6 0.6  0.5 0.5 0.6 0.6  0.7 0.7 0.8 0.8  0.7 0.7 0.8 0.8) 1e-6)
(check-near "overlapping windows step by one cell"
  (read-pixels (run-layer article #:network "maxpool 2 stride=1" #:mapping "clamp"
                          #:placement "own-size"))
  #(0.5 0.5 0.6  0.5 0.6 0.7  0.7 0.7 0.8) 1e-6)
(check-near "an input of 2×2: the mean of 2×2 pixels, shown on them"
  (read-pixels (run-layer article #:network (string-append "input 2x2x1; " identity)
                          #:mapping "clamp"))
  #(0.3 0.3 0.4 0.4  0.3 0.3 0.4 0.4  0.45 0.45 0.675 0.675  0.45 0.45 0.675 0.675) 1e-6)
(drop article)

(define odd (grey 5 1 #(0.1 0.2 0.3 0.4 0.5)))
(check-near "a last window that reaches over the edge is cut there"
  (read-pixels (run-layer odd #:network "maxpool 1x2 pad=same" #:mapping "clamp"))
  #(0.2 0.2 0.4 0.4 0.5) 1e-6)
(drop odd)

; A hundred pixels drawn out to 2000 rows: pixel p shows row 20 p + 10, which lies
; 0.025 of a pixel below its middle.
(define (hundred f)
  (let loop ((p 99) (found '()))
    (if (< p 0) (list->vector found) (loop (- p 1) (cons (f p) found)))))
(define column (grey 1 100 (hundred (lambda (p) (/ p 100)))))
(check-near "cells smaller than pixels: the one in the pixel's middle"
  (read-pixels (run-layer column #:network (string-append "input 2000x1x1; " identity)
                          #:mapping "clamp"))
  (hundred (lambda (p) (if (= p 99) 0.99 (/ (+ p 0.025) 100)))) 1e-5)
(drop column)

; --- alpha -----------------------------------------------------------------------

(define clear
  (picture GRAY PRECISION-FLOAT-NON-LINEAR #t 4 2 #(1 1  1 0.5  1 0  1 0  1 1  1 0.5  1 0  1 1)))
(check-near "a map of the picture's size has its alpha"
  (channel (read-pixels (run-layer clear #:network identity)) 1 2)
  #(1 0.5 0 0  1 0.5 0 1) 1e-6)
(check-near "a scaled one too"
  (channel (read-pixels (run-layer clear #:network "maxpool 2")) 1 2)
  #(1 0.5 0 0  1 0.5 0 1) 1e-6)
(check-near "a cell of a smaller one has the mean over its place"
  (channel (read-pixels (run-layer clear #:network "maxpool 2" #:placement "own-size")) 1 2)
  #(0.75 0.25) 1e-6)
(drop clear)

; --- selections --------------------------------------------------------------------

(define ramp (grey 4 4 #(0 0 0 0  0 1 1 0  0 1 1 0  0 0 0 0)))
(gimp-image-select-rectangle (image ramp) CHANNEL-OP-REPLACE 1 1 2 1)
(define cut
  (run-layer ramp #:network "conv kernels=\"[[0,1,0],[1,1,1],[0,1,0]]\" pad=same" #:mapping "raw"))
(check-equal "a layer is cut to the selection" (place cut) '(1 1 2 1))
(check-equal "and has alpha" (gimp-drawable-type cut) GRAYA-IMAGE)
(check-near "the network sees what lies beside it" (read-pixels cut) #(3 1 3 1) 1e-6)
(check-near "and the range is that of the whole map"
  (read-pixels (run-layer ramp #:network "conv kernels=\"[[1,0,0],[0,0,0],[0,0,0]]\" pad=same"))
  #(0 1 0 1) 1e-6)
(gimp-image-select-rectangle (image ramp) CHANNEL-OP-REPLACE 2 2 10 10)
(check-equal "a selection larger than the picture ends with it"
  (place (run-layer ramp #:network identity)) '(2 2 2 2))
(gimp-image-select-rectangle (image ramp) CHANNEL-OP-REPLACE 1 0 2 1)
(check-equal "own size: the cells whose place is touched"
  (place (run-layer ramp #:network "maxpool 2" #:placement "own-size")) '(0 0 2 1))
(check-near "half of each is selected in its columns, half in its rows"
  (channel (read-pixels (run-layer ramp #:network "maxpool 2" #:placement "own-size")) 1 2)
  #(0.25 0.25) 1e-6)
(drop ramp)

; Soft: the selection is the numbers of a channel.
(define (select-numbers p numbers)
  (let* ((an-image (image p))
         (soft (gimp-channel-new an-image "soft" (gimp-image-get-width an-image)
                                 (gimp-image-get-height an-image) 50 "black")))
    (gimp-image-insert-channel an-image soft 0 0)
    (plug-in-convolens-probe-write #:drawable soft #:numbers numbers)
    (gimp-image-select-item an-image CHANNEL-OP-REPLACE soft)
    (gimp-image-remove-channel an-image soft)))

(define soft
  (picture GRAY PRECISION-FLOAT-LINEAR #t 4 1 #(0.1 1  0.2 0.5  0.3 1  0.4 1)))
(select-numbers soft #(0 0.5 0.25 0))
(define soft-layer
  (run-layer soft #:network identity #:mapping "clamp" #:input-encoding "linear"))
(check-equal "a soft selection cuts where it ends" (place soft-layer) '(1 0 2 1))
(check-near "and its mask times the picture's alpha is the layer's"
  (read-pixels soft-layer) #(0.2 0.25 0.3 0.25) 1e-6)
(drop soft)

(define moved (offset-picture -1 1 3 3))
(gimp-image-select-rectangle (image moved) CHANNEL-OP-REPLACE 0 0 1 3)
(check-equal "a selection on a layer that lies elsewhere"
  (place (run-layer moved #:network identity)) '(0 1 1 2))
(drop moved)

; --- vectors -----------------------------------------------------------------------

(define row (grey 4 1 #(0 0.25 0.5 1)))
(define as-vector (run-layer row #:network "flatten" #:mapping "clamp" #:placement "own-size"))
(check-equal "a vector is one layer" (gimp-item-get-name as-vector) "values")
(check-equal "of a pixel a value" (place as-vector) '(0 0 4 1))
(check-near "with its values" (read-pixels as-vector) #(0 0.25 0.5 1) 1e-6)
(check-near "some of them"
  (read-pixels (run-layer row #:network "flatten" #:mapping "clamp" #:placement "own-size"
                          #:maps "2,4"))
  #(0.25 1) 1e-6)
(check-near "in the range of all of them"
  (read-pixels (run-layer row #:network "flatten" #:placement "own-size" #:maps "2-3"))
  #(0.25 0.5) 1e-6)
(gimp-image-select-rectangle (image row) CHANNEL-OP-REPLACE 0 0 1 1)
(check-equal "a selection does not cut it"
  (place (run-layer row #:network "flatten")) '(0 0 4 1))
(drop row)

(define block (offset-picture 5 6 6 2))
(define bars
  (run-layer block #:network "flatten; dense 3" #:maps "1,3"))
(check-equal "scaled, it fills the picture" (place bars) '(5 6 6 2))
(drop block)

(define tiny (grey 1 1 #(0.5)))
(check-near "a picture of 1×1 has maps, not a vector"
  (read-pixels (car (run tiny #:network "conv kernels=\"[[1]]\",\"[[0.5]]\"" #:mapping "clamp")))
  #(0.5 0.25) 1e-6)
(drop tiny)

; --- groups ------------------------------------------------------------------------

(define nested (offset-picture 0 0 4 4))
(define parent (gimp-group-layer-new (image nested) "parent"))
(gimp-image-insert-layer (image nested) parent 0 0)
(gimp-image-reorder-item (image nested) (layer nested) parent 0)
(gimp-layer-set-offsets (layer nested) 2 3)
(define inside (car (run nested #:network identity)))
(check-equal "a layer in a group gets its groups beside it"
  (list (gimp-item-get-parent inside)
        (gimp-image-get-item-position (image nested) inside)
        (gimp-image-get-item-position (image nested) (layer nested)))
  (list parent 0 1))
(define above (car (run-on (image nested) (vector parent) #:network identity)))
(check-equal "a group is a picture too, where its layers lie"
  (place (car (layers-of above))) '(2 3 4 4))
(check-equal "and gets its groups above it"
  (list (gimp-image-get-item-position (image nested) above)
        (gimp-image-get-item-position (image nested) parent))
  '(0 1))
(drop nested)

; --- contact sheets ----------------------------------------------------------------

; Three maps of 2×1 with the values 0 1, 0 2 and 0 −2: two in a row would be 6 wide
; and 4 high, one below the other 2 wide and 7 high.
(define pair (grey 2 1 #(0 1)))
(define three-maps "conv kernels=\"[[1]]\",\"[[2]]\",\"[[-2]]\"")
(define (sheet . arguments)
  (apply run (append (list pair #:network three-maps #:placement "contact-sheet") arguments)))
(define sheet-group (car (sheet #:mapping "raw")))
(define sheet-layers (layers-of sheet-group))
(check-equal "a contact sheet is one layer" (length sheet-layers) 1)
(check-equal "called as its group is, and what it is"
  (names sheet-layers) '("1 conv 1×1 · 1×2×3 · contact sheet"))
(check-equal "of maps in two rows" (place (car sheet-layers)) '(0 0 6 4))
(define (on-sheet a b c d e f)
  (let ((row (lambda (a b c d) (list a 1 b 1 0 0 0 0 c 1 d 1)))
        (none '(0 0 0 0 0 0 0 0 0 0 0 0)))
    (list->vector (append (row a b c d) none none (list e 1 f 1 0 0 0 0 0 0 0 0)))))
(check-near "with two pixels of nothing between, and after the last"
  (read-pixels (car sheet-layers)) (on-sheet 0 1 0 2 0 -2) 1e-6)
(define (sheet-pixels mapping)
  (read-pixels (the-layer (sheet #:mapping mapping))))
(check-near "clamped" (sheet-pixels "clamp") (on-sheet 0 1 0 1 0 0) 1e-6)
(check-near "each map in its own range" (sheet-pixels "range-map") (on-sheet 0 1 0 1 1 0) 1e-6)
(check-near "all maps in one range" (sheet-pixels "range-stage")
  (on-sheet 0.5 0.75 0.5 1 0.5 0) 1e-6)
(check-near "signed: each map by its greatest" (sheet-pixels "signed")
  (on-sheet 0.5 1 0.5 1 0.5 0) 1e-6)
(check-near "some of its maps"
  (read-pixels (the-layer (sheet #:mapping "raw" #:maps "2-3")))
  #(0 1 2 1  0 0 0 0  0 0 0 0  0 1 -2 1) 1e-6)
(check-near "one map is a sheet without gaps, and needs no alpha"
  (read-pixels (the-layer (sheet #:mapping "raw" #:maps "3"))) #(0 -2) 1e-6)
(check-equal "a sheet for each layer of the network"
  (map (lambda (group) (map place (layers-of group)))
       (run pair #:network "conv 4 1x1; flatten" #:stages "all" #:placement "contact-sheet"))
  '(((0 0 6 4)) ((0 0 8 1))))
(gimp-image-select-rectangle (image pair) CHANNEL-OP-REPLACE 1 0 1 1)
(check-near "the selection cuts every map"
  (read-pixels (the-layer (sheet #:mapping "raw" #:maps "1-2")))
  #(1 1  0 0  0 0  2 1) 1e-6)
(drop pair)

(define tinted
  (picture RGB PRECISION-U8-NON-LINEAR #t 1 1 #(1 0 0.2 0.4)))
; Red, and blue times a number.
(define (ends number)
  (string-append "conv kernels=\"[[[1]],[[0]],[[0]]]\",\"[[[0]],[[0]],[[" number "]]]\""))
(check-near "in bytes and colours, with the picture's alpha"
  (read-pixels (the-layer (run tinted #:network (ends "-1") #:mapping "diverging"
                               #:placement "contact-sheet")))
  #(1 0 0 0.4  0 0 0 0  0 0 0 0  0 0 1 0.4) 1e-6)
(check-near "and grey"
  (read-pixels (the-layer (run tinted #:network (ends "1") #:mapping "clamp"
                               #:placement "contact-sheet")))
  #(1 1 1 0.4  0 0 0 0  0 0 0 0  0.2 0.2 0.2 0.4) 1e-6)
(drop tinted)

(define shifted (offset-picture -3 2 4 4))
(check-equal "a sheet lies where the picture does"
  (place (the-layer (run shifted #:network "conv 4 3x3" #:placement "contact-sheet")))
  '(-3 2 6 6))
(drop shifted)

; Larger than a tile of GIMP's, cut at places that are none of its own. Two columns
; make 142×94, one 70×158.
(define wide-values
  (let loop ((i 0) (found '()))
    (if (= i 2100)
      (list->vector found)
      (loop (+ i 1) (cons (/ (modulo (* i 7919) 251) 250) found)))))
(define wide (grey 70 30 wide-values))
(define wide-stored (stored wide))
(define wide-sheet
  (read-pixels
    (the-layer
      (run wide #:network "conv kernels=\"[[1]]\",\"[[-1]]\",\"[[2]]\",\"[[0.5]]\",\"[[3]]\""
           #:mapping "raw" #:placement "contact-sheet"))))
(check-equal "a sheet of large maps" (vector-length wide-sheet) (* 2 142 94))
(define (all-equal? left top factor)
  (let loop ((i 0))
    (cond
      ((= i 2100) #t)
      ((near? (vector-ref wide-sheet
                          (* 2 (+ left (modulo i 70) (* 142 (+ top (quotient i 70))))))
              (* factor (vector-ref wide-stored i)) 1e-5)
       (loop (+ i 1)))
      (else #f))))
(check-equal "with every value in its place"
  (list (all-equal? 0 0 1) (all-equal? 72 0 -1) (all-equal? 0 32 2) (all-equal? 72 32 0.5)
        (all-equal? 0 64 3))
  '(#t #t #t #t #t))
(drop wide)

(define small (grey 4 4 (make-vector 16 0.5)))
(check-refused "a sheet larger than an image"
  '("contact sheet" "1 conv 40 1×1 · 100000×100000×40" "700012×600010" "fewer maps")
  (image small) (vector (layer small))
  #:network "input 100000x100000x1; conv 40 1x1" #:placement "contact-sheet")
(drop small)

(check-end)
