; SPDX-License-Identifier: GPL-3.0-or-later
; The weights of results that are made again, pictures that a network made, and what is damaged.

; --- weights ------------------------------------------------------------------------------

(define an-image (new-picture RGB PRECISION-U8-NON-LINEAR #f 5))
(define p (picture-of an-image))
(define model (gimp-temp-file "onnx"))
(define noted "input ?x?x3; conv 4 3x3 pad=same seed=8; relu; conv 3 3x3 pad=same seed=9")
(gimp-image-remove-layer an-image
  (car (run-on an-image (vector p) #:network noted #:save-model model)))
(define by-file (car (run-on an-image (vector p) #:model model #:stages "1")))
(define text
  (string-append "# mine\ninput ?x?x3 weights=\"" model "\"\nconv kernels=@conv_1.weight pad=same"))
(define by-text (car (run-on an-image (vector p) #:network text)))
(define applied (apply-on an-image p #:model model #:input-range "signed"))
(define (texts item) (caddr (gimp-item-get-parasite item "convolens-recipe")))
(fill p 7)
(define (made-now)
  (let* ((groups (list (car (run-on an-image (vector p) #:model model #:stages "1"))
                       (car (run-on an-image (vector p) #:network text))
                       (apply-on an-image p #:model model #:input-range "signed")))
         (found (map contents groups)))
    (map (lambda (item) (gimp-image-remove-layer an-image item)) groups)
    found))
(define expected (made-now))
(define results (list by-file by-text applied))
(define names-were (map gimp-item-get-name results))
(define (fails-without-model) (message-of (lambda () (made-now))))
(define bytes-of-model
  (let ((port (open-input-file model)))
    (let loop ((all '()))
      (let ((c (read-char port)))
        (if (eof-object? c)
          (begin (close-input-port port) (reverse all))
          (loop (cons c all)))))))
(file-delete model)
(check "the file is gone" (string? (fails-without-model)))
(apply refresh (cons an-image results))
(check-equal "weights that travelled are used" (map contents results) expected)
(check-equal "the layers keep their names" (map gimp-item-get-name results) names-were)
(edit an-image by-text #:mapping "clamp")
(check "after an edit the recipe names the same file" (contains? (texts by-text) model)
  (texts by-text))
(edit an-image by-text #:mapping "range-map")
(check-equal "edited and edited back" (contents by-text) (cadr expected))
(let ((port (open-output-file model)))
  (write-char #\x port)
  (close-output-port port))
(refresh an-image by-file applied)
(check-equal "also where the file has become another"
  (map contents (list by-file applied)) (list (car expected) (caddr expected)))
(define loaded (through-file an-image "xcf"))
(define loaded-group (car (children loaded)))
(check-equal "the group is the one" (contents loaded-group) (car expected))
(fill (picture-of loaded) 40)
(refresh loaded loaded-group)
(fill (picture-of loaded) 7)
(refresh loaded loaded-group)
(check-equal "also from a saved image" (contents loaded-group) (car expected))
(gimp-image-delete loaded)

; Too large to travel.
(define large (gimp-temp-file "onnx"))
(define heavy "input ?x?x3; maxpool 16; conv 500 1x1 seed=2; conv 3000 1x1 seed=3")
(gimp-image-remove-layer an-image
  (car (run-on an-image (vector p) #:network heavy #:stages "1" #:save-model large)))
(define far (car (run-on an-image (vector p) #:model large #:stages "2" #:maps "1-2")))
(check "its weights stay where they are"
  (not (member "convolens-weights" (gimp-item-get-parasite-list far))))
(fill p 8)
(refresh an-image far)
(check-equal "and are read there" (contents far)
  (contents (car (run-on an-image (vector p) #:model large #:stages "2" #:maps "1-2"))))
(let ((port (open-output-file large)))
  (write-char #\x port)
  (close-output-port port))
(check-unchanged "another file" (list large "has changed") an-image
  (lambda () (refresh an-image far)))
(file-delete large)
(check-unchanged "no file" (list large "not there") an-image (lambda () (refresh an-image far)))
(check-unchanged "no file for a new edit either" (list large "not there") an-image
  (lambda () (edit an-image far #:mapping "clamp")))
(gimp-image-remove-layer an-image far)

; --- applied ----------------------------------------------------------------------------

(gimp-layer-set-opacity applied 60)
(edit an-image applied #:network "neg; add values=1" #:input-encoding "linear")
(define as-new (apply-on an-image p #:network "neg; add values=1" #:input-range "signed"
                         #:input-encoding "linear"))
(check-equal "another network for a picture" (contents applied) (contents as-new))
(check-equal "shown as it was" (gimp-layer-get-opacity applied) 60.0)
(check-unchanged "a picture has no maps" '("Mapping: " "not feature maps") an-image
  (lambda () (edit an-image applied #:mapping "clamp")))
(check-unchanged "one that is larger" '("larger than the picture") an-image
  (lambda ()
    (edit an-image applied
          #:network "input ?x?x1; gather channels=0,0,0,0; depth-to-space 2")))
(gimp-image-select-rectangle an-image CHANNEL-OP-REPLACE 3 4 12 10)
(define cut (apply-on an-image p #:network "neg; add values=1"))
(gimp-selection-none an-image)
(fill p 30)
(refresh an-image cut as-new)
(gimp-image-select-rectangle an-image CHANNEL-OP-REPLACE 3 4 12 10)
(check-equal "a part of a picture" (contents cut)
  (contents (apply-on an-image p #:network "neg; add values=1")))
(gimp-selection-none an-image)

; A result in an image of its own has lost its picture.
(define enlarged
  (plug-in-convolens-apply #:run-mode RUN-NONINTERACTIVE #:image an-image #:drawables (vector p)
                           #:network "input ?x?x1; gather channels=0,0,0,0; depth-to-space 2"))
(check-unchanged "an enlarged one" '("“picture”" "not in the image") (cadr enlarged)
  (lambda () (refresh (cadr enlarged) (car enlarged))))
(gimp-image-delete (cadr enlarged))

; --- learnt -----------------------------------------------------------------------------

(define pair (gimp-image-new-with-precision 48 48 RGB PRECISION-U8-NON-LINEAR))
(define before (add-layer pair "picture" #f 48 48))
(fill before 3)
(define after (apply-on pair before
                #:network "conv kernels=gaussian(0.8) groups=channels pad=same border=replicate"))
(gimp-item-set-name after "after")
(define file (gimp-temp-file "onnx"))
(define learnt
  (car (plug-in-convolens-learn-filter #:run-mode RUN-NONINTERACTIVE #:image pair
         #:drawables (vector before after) #:model "kernel" #:output file)))
(define was (contents learnt))
(fill before 4)
(refresh pair learnt)
(check "a learnt filter is applied to the changed picture" (not (equal? (contents learnt) was)))
(check-equal "as its file is" (contents learnt) (contents (apply-on pair before #:model file)))
(gimp-image-delete pair)

(define (filter-out some items)
  (cond
    ((null? items) '())
    ((member (car items) some) (filter-out some (cdr items)))
    (else (cons (car items) (filter-out some (cdr items))))))

; --- damaged ----------------------------------------------------------------------------

(define (with-parasite name data thunk)
  (let ((was (gimp-item-get-parasite by-file name)))
    (gimp-item-attach-parasite by-file (list name 1 data))
    (thunk)
    (gimp-item-attach-parasite by-file was)))
(for-each (lambda (item) (gimp-image-remove-layer an-image item))
  (filter-out (list by-file p) (children an-image)))
(define good (texts by-file))
(define (check-damaged what parts data)
  (with-parasite "convolens-recipe" data
    (lambda ()
      (check-unchanged what parts an-image (lambda () (refresh an-image by-file)))
      (check-unchanged (string-append what ", edited") parts an-image
        (lambda () (edit an-image by-file #:mapping "clamp"))))))
(check-damaged "a recipe that is cut off" '("damaged")
  (substring good 0 (- (string-length good) 10)))
(check-damaged "one that is none" '("damaged") "hello")
(check-damaged "one that somebody changed" '("damaged" "has changed")
  (string-append (substring good 0 (- (string-length good) 2)) "9\n"))
(check-damaged "a newer program's" '("newer version of the program")
  (string-append "convolens-recipe 7 " (substring good 19 (string-length good))))
(with-parasite "convolens-weights" "damaged"
  (lambda ()
    ; Those that were unpacked are still in the cache.
    (check "weights that are damaged are taken from where they still are"
      (begin (refresh an-image by-file) #t))))
(with-parasite "convolens-part" "damaged"
  (lambda ()
    (check-unchanged "what it is, damaged" '("damaged") an-image
      (lambda () (refresh an-image by-file)))))
(refresh an-image by-file)
(check "it is well again" #t)
(gimp-image-delete an-image)

(check-end)
