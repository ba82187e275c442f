; SPDX-License-Identifier: GPL-3.0-or-later
; Results know how they were made, wherever the image goes: made again they are what a new run
; gives, to the bit, and a person's own changes stay.

; --- saved, loaded, refreshed ---------------------------------------------------------

; The groups of a run, and those that a new run makes of the changed picture.
(define (check-travels name base precision alpha ending arguments)
  (let* ((first (new-picture base precision alpha 1))
         (made (apply run-on first (vector (picture-of first)) arguments))
         (was (map contents made))
         (an-image (through-file first ending))
         (groups (reverse (list-head (children an-image) (length made)))))
    (gimp-image-delete first)
    (check-equal (string-append name ": saved and loaded it is the same")
      (map contents groups) was)
    (fill (picture-of an-image) 2)
    (refresh an-image (car groups))
    (check (string-append name ": refreshed it is something else")
      (not (equal? (map contents groups) was)))
    (check-equal (string-append name ": to the bit what a new run gives")
      (map contents groups)
      (map contents (apply run-on an-image (vector (picture-of an-image)) arguments)))
    (gimp-image-delete an-image)))

(check-travels "bytes" RGB PRECISION-U8-NON-LINEAR #f "xcf"
  (list #:network network #:stages "1,3" #:maps "1-3,5"))
(check-travels "with alpha" RGB PRECISION-U8-NON-LINEAR #t "xcf.gz"
  (list #:network network #:stages "all" #:mapping "range-stage"))
(check-travels "raw floats" GRAY PRECISION-FLOAT-LINEAR #t "xcf"
  (list #:network network #:mapping "raw" #:placement "own-size" #:input-encoding "linear"))
(check-travels "a preset" RGB PRECISION-U16-NON-LINEAR #f "xcf"
  (list #:preset "edge-bank" #:placement "contact-sheet"))
(check-travels "numbers" GRAY PRECISION-U8-NON-LINEAR #f "xcf"
  (list #:network "conv 3 3x3; global-avgpool" #:mapping "signed"))

; --- what a person did stays ------------------------------------------------------------

(define an-image (new-picture RGB PRECISION-U8-NON-LINEAR #f 5))
(define p (picture-of an-image))
(define group (car (run-on an-image (vector p) #:network network #:stages "1")))
(define maps (layers-of group))
(define first (car maps))
(gimp-item-set-name first "mine")
(gimp-item-set-name group "my group")
(gimp-item-set-visible first #f)
(gimp-layer-set-opacity first 30)
(gimp-layer-set-mode first LAYER-MODE-MULTIPLY)
(gimp-layer-set-offsets first 7 -3)
(define mask (gimp-layer-create-mask first ADD-MASK-WHITE))
(gimp-layer-add-mask first mask)
(fill mask 9)
(define mask-was (read-pixels mask))
(gimp-image-remove-layer an-image (cadr maps))
(gimp-image-reorder-item an-image (caddr maps) 0 0)
(gimp-image-reorder-item an-image (list-ref maps 4) group 0)
(define moved (contents (caddr maps)))
(gimp-image-select-rectangle an-image CHANNEL-OP-REPLACE 10 10 5 5)
(fill p 6)
(define before (map gimp-item-get-name (layers-of group)))
(refresh an-image (list-ref maps 3))
(define anew (layers-of (car (begin (gimp-selection-none an-image)
                                    (run-on an-image (vector p) #:network network #:stages "1")))))
(check-equal "names and order stay" (map gimp-item-get-name (layers-of group)) before)
(check-equal "the same layers in the same group"
  (list (gimp-item-get-name group) (layers-of group))
  (list "my group" (list (list-ref maps 4) first (list-ref maps 3))))
(check-equal "with the maps that they had, whatever is selected"
  (map read-pixels (layers-of group))
  (map read-pixels (list (list-ref anew 4) (car anew) (list-ref anew 3))))
(check-equal "how it is shown stays"
  (list (gimp-item-get-visible first) (gimp-layer-get-opacity first) (gimp-layer-get-mode first)
        (place first))
  (list #f 30.0 LAYER-MODE-MULTIPLY '(7 -3 26 20)))
(check-equal "its mask too" (list (gimp-layer-get-mask first) (read-pixels mask))
  (list mask mask-was))
(check-equal "what was moved out stays as it is" (contents (caddr maps)) moved)
(check-unchanged "what was moved out is no result" '("“map 3”" "does not say how it was made")
  an-image (lambda () (refresh an-image (caddr maps))))
(check-unchanged "nor is the picture" '("“picture”" "select a layer group")
  an-image (lambda () (refresh an-image p)))
(check-unchanged "one that is wrong and one that is right" '("“picture”")
  an-image (lambda () (refresh an-image group p)))
(check-unchanged "nothing selected" '("Refresh works on") an-image (lambda () (refresh an-image)))
(gimp-item-set-lock-content first #t)
(check-unchanged "a locked layer" '("“mine” is locked") an-image
  (lambda () (refresh an-image group)))
(gimp-image-delete an-image)

; --- selections -------------------------------------------------------------------------

(define (check-selected name select)
  (let* ((an-image (new-picture RGB PRECISION-U8-NON-LINEAR #t 5))
         (p (picture-of an-image)))
    (select an-image)
    (let* ((group (car (run-on an-image (vector p) #:network network #:stages "3" #:maps "1"))))
      (fill p 8)
      (let ((new (contents (car (run-on an-image (vector p) #:network network #:stages "3"
                                        #:maps "1")))))
        (gimp-selection-none an-image)
        (refresh an-image group)
        (check-equal (string-append name ": it shows the part that it was made of")
          (contents group) new)))
    (gimp-image-delete an-image)))
(check-selected "a rectangle"
  (lambda (i) (gimp-image-select-rectangle i CHANNEL-OP-REPLACE 5 3 12 9)))
(check-selected "a soft ellipse"
  (lambda (i)
    (gimp-context-set-feather #t)
    (gimp-context-set-feather-radius 2 2)
    (gimp-image-select-ellipse i CHANNEL-OP-REPLACE 5 2 16 14)
    (gimp-context-set-feather #f)))

; --- edited -------------------------------------------------------------------------------

(define an-image (new-picture RGB PRECISION-U8-NON-LINEAR #f 5))
(define p (picture-of an-image))
(define (new . arguments)
  (let* ((groups (apply run-on (cons an-image (cons (vector p) arguments))))
         (found (map contents groups)))
    (map (lambda (group) (gimp-image-remove-layer an-image group)) groups)
    found))
(define groups (run-on an-image (vector p) #:network network #:stages "1,2" #:maps "1-3"))
(define kept (layers-of (car groups)))
(gimp-layer-set-opacity (cadr kept) 40)
(edit an-image (car groups) #:mapping "clamp")
(check-equal "another mapping" (map contents groups)
  (new #:network network #:stages "1,2" #:maps "1-3" #:mapping "clamp"))
(check-equal "in the same layers" (layers-of (car groups)) kept)
(edit an-image (car (layers-of (cadr groups))) #:maps "2-4")
(check-equal "other maps, of all that was made together" (map contents groups)
  (new #:network network #:stages "1,2" #:maps "2-4" #:mapping "clamp"))
(check-equal "those that are the same stay" (gimp-layer-get-opacity (car (layers-of (car groups))))
  40.0)
(check-equal "the others have names of theirs" (map gimp-item-get-name (layers-of (cadr groups)))
  '("map 2 #1" "map 3 #1" "map 4 #1"))
(edit an-image (car groups) #:stages "all")
(check-equal "another layer of the network is another group"
  (map contents (reverse (list-head (children an-image) 3)))
  (new #:network network #:stages "all" #:maps "2-4" #:mapping "clamp"))
(edit an-image (cadr groups) #:stages "3" #:placement "contact-sheet")
(check-equal "one of another kind takes its place"
  (list (length (children an-image)) (contents (car (children an-image))))
  (list 2 (car (new #:network network #:stages "3" #:maps "2-4" #:mapping "clamp"
                    #:placement "contact-sheet"))))
(define group (car (children an-image)))
(edit an-image group #:network "conv 2 5x5 seed=1" #:stages "last" #:maps "all"
      #:placement "scaled" #:mapping "signed" #:input-encoding "linear")
(check-equal "another network" (contents group)
  (car (new #:network "conv 2 5x5 seed=1" #:mapping "signed" #:input-encoding "linear")))
(check-equal "its group says which" (gimp-item-get-name group) "1 conv 2 5×5 · 16×22×2")
(fill p 3)
(refresh an-image group)
(check-equal "what was edited is refreshed as it is now" (contents group)
  (car (new #:network "conv 2 5x5 seed=1" #:mapping "signed" #:input-encoding "linear")))
(check-unchanged "a mistake" '("Line 1, column 1" "covn") an-image
  (lambda () (edit an-image group #:network "covn 3")))
(check-unchanged "no result" '("“picture”") an-image (lambda () (edit an-image p)))
(define alone (gimp-layer-copy (car (layers-of group))))
(gimp-image-insert-layer an-image alone 0 0)

; --- copies and other images ----------------------------------------------------------------

(define copy (gimp-image-duplicate an-image))
(fill (picture-of copy) 12)
(refresh copy (list-ref (children copy) 1))
(check-equal "in a copy of the image" (contents (list-ref (children copy) 1))
  (contents (car (run-on copy (vector (picture-of copy)) #:network "conv 2 5x5 seed=1"
                         #:mapping "signed" #:input-encoding "linear"))))
(gimp-image-delete copy)

(define twin (gimp-layer-copy group))
(gimp-image-insert-layer an-image twin 0 0)
(define was (contents group))
(fill p 4)
(refresh an-image twin)
(check-equal "of two copies of a group the selected one is refreshed"
  (list (contents group) (contents twin))
  (list was (car (new #:network "conv 2 5x5 seed=1" #:mapping "signed"
                      #:input-encoding "linear"))))
(refresh an-image twin group)
(check-equal "or both" (contents group) (contents twin))

(define other (new-picture RGB PRECISION-U8-NON-LINEAR #f 21))
(gimp-item-set-name (picture-of other) "another")
(define guest (gimp-layer-new-from-drawable group other))
(gimp-image-insert-layer other guest 0 0)
(define below (gimp-image-get-layer-by-name other "another"))
(refresh other guest)
(check-equal "in another image it is made from the layer below" (contents guest)
  (contents (car (run-on other (vector below) #:network "conv 2 5x5 seed=1" #:mapping "signed"
                         #:input-encoding "linear"))))
(gimp-image-remove-layer other (cadr (children other)))
(gimp-image-remove-layer other below)
(check-equal "only the group is left" (children other) (list guest))
(check-unchanged "with none below that is said" '("“another”" "not in the image")
  other (lambda () (refresh other guest)))
(gimp-image-delete other)
(gimp-image-convert-grayscale an-image)
(check-unchanged "what a grey picture cannot show" '("RGB") an-image
  (lambda () (edit an-image group #:mapping "diverging")))
(gimp-image-delete an-image)

(check-end)
