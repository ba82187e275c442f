; SPDX-License-Identifier: GPL-3.0-or-later
; Which layers and maps are kept, how they are called and ordered, presets.

(define p (grey 6 6 (make-vector 36 0.5)))
(define three "conv kernels=sobel-x,sobel-y pad=same as=edges\nrelu\nmaxpool 2")

(define (group-names . arguments)
  (let* ((groups (apply run (cons p arguments)))
         (found (names groups)))
    (for-each (lambda (group) (gimp-image-remove-layer (image p) group)) groups)
    found))

(check-equal "the last layer unless said" (group-names #:network three)
  '("3 maxpool 2×2 · 3×3×2"))
(check-equal "all" (group-names #:network three #:stages "all")
  '("1 conv 3×3 · 6×6×2" "2 relu · 6×6×2" "3 maxpool 2×2 · 3×3×2"))
(check-equal "numbers, ranges and names, in the network's order"
  (group-names #:network three #:stages "3,edges") '("1 conv 3×3 · 6×6×2" "3 maxpool 2×2 · 3×3×2"))
(check-equal "the input line does not count"
  (group-names #:network (string-append "input ?x?x1\n" three) #:stages "1")
  '("1 conv 3×3 · 6×6×2"))
(check-equal "a vector" (group-names #:network "flatten; dense 4; softmax" #:stages "2-3")
  '("2 dense 4 · 1×1×4" "3 softmax · 1×1×4"))

(define (layer-names . arguments)
  (let* ((groups (apply run (cons p arguments)))
         (found (names (layers-of (car groups)))))
    (for-each (lambda (group) (gimp-image-remove-layer (image p) group)) groups)
    found))

(check-equal "maps are called as their kernels are, also further on"
  (layer-names #:network three) '("sobel-x" "sobel-y"))
(check-equal "or by their number" (layer-names #:network "conv 3 3x3") '("map 1" "map 2" "map 3"))
(check-equal "which stays theirs when some are kept"
  (layer-names #:network "conv 12 3x3" #:maps "2,5-6,12") '("map 2" "map 5" "map 6" "map 12"))
(check-equal "a number that only one of two layers has"
  (group-names #:network "conv 2 1x1; conv 4 1x1" #:stages "all" #:maps "2,4")
  '("1 conv 2 1×1 · 6×6×2" "2 conv 4 1×1 · 6×6×4"))

; --- maps of one layer ----------------------------------------------------------------

(define (all-names . arguments)
  (let* ((groups (apply run (cons p arguments)))
         (found (map (lambda (group) (names (layers-of group))) groups)))
    (for-each (lambda (group) (gimp-image-remove-layer (image p) group)) groups)
    found))

; GIMP counts the names that are there already.
(define two-convs "conv 8 3x3 as=a; relu; conv 4 3x3")
(check-equal "a layer's own maps, after a colon"
  (all-names #:network two-convs #:stages "1:1-2+7,3")
  '(("map 1" "map 2" "map 7") ("map 1 #1" "map 2 #1" "map 3" "map 4")))
(check-equal "go before what is said for all"
  (all-names #:network two-convs #:stages "all,a:8" #:maps "2-3")
  '(("map 8") ("map 2" "map 3") ("map 2 #1" "map 3 #1")))
(check-equal "all of one"
  (all-names #:network two-convs #:stages "2:1,last:all" #:maps "1")
  '(("map 1") ("map 1 #1" "map 2" "map 3" "map 4")))
(check-equal "what is said for all may then name none of its maps"
  (all-names #:network two-convs #:stages "last:2" #:maps "9") '(("map 2")))
(check-refused "a map that the layer does not have"
  '("there is no map 5 in layer “3 conv 4 3×3 · 2×2×4”" "4 maps")
  (image p) (vector (layer p)) #:network two-convs #:stages "1,3:5")
(check-refused "no maps after a colon" '("1:" "no maps are chosen")
  (image p) (vector (layer p)) #:network two-convs #:stages "1:")

; --- the image afterwards ------------------------------------------------------------

(define groups (run p #:network three #:stages "all" #:maps "2"))
(check-equal "groups are group layers" (map gimp-item-is-group groups) '(#t #t #t))
(check-equal "the last layer of the network is on top, the picture at the bottom"
  (vector->list (gimp-image-get-layers (image p)))
  (append (reverse groups) (list (layer p))))
(check-equal "the picture stays selected"
  (vector->list (gimp-image-get-selected-layers (image p))) (list (layer p)))
(check-equal "its pixels stay" (read-pixels (layer p)) (stored p))
(check-equal "layers are visible" (map gimp-item-get-visible (layers-of (car groups))) '(#t))
(for-each (lambda (group) (gimp-image-remove-layer (image p) group)) groups)

(define second (add-layer (image p) "above" #f 6 6))
(define between (car (run p #:network three)))
(check-equal "groups go right above the picture"
  (vector->list (gimp-image-get-layers (image p))) (list second between (layer p)))
(gimp-image-remove-layer (image p) between)
(gimp-image-remove-layer (image p) second)

; --- presets and defaults ------------------------------------------------------------

(define edge-bank (layer-names))
(check "without a network: the edge bank"
  (equal? (list (car edge-bank) (cadr edge-bank)) '("sobel-x" "sobel-y")) edge-bank)
(check-equal "a preset goes before the text"
  (layer-names #:preset "edge-bank" #:network "conv 3 3x3") edge-bank)
(check-equal "custom is the text"
  (layer-names #:preset "custom" #:network "conv 1 3x3") '("map 1"))
(check-equal "every preset runs"
  (map (lambda (name) (length (group-names #:preset name)))
       '("edge-bank" "three-stages" "emboss" "sharpen-stack" "gabor-bank" "blurred-pyramid"
         "article-8x8" "article-rgb" "article-digits" "digits" "clothes"))
  '(1 1 1 1 1 1 1 1 1 1 1))

; Nothing has been stored yet: the last values are the initial ones.
(check-equal "with last values"
  (names (layers-of (vector-ref
                      (plug-in-convolens-feature-maps #:run-mode RUN-WITH-LAST-VALS
                                                      #:image (image p)
                                                      #:drawables (vector (layer p)))
                      0)))
  edge-bank)
(drop p)

(check-end)
