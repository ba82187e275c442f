; SPDX-License-Identifier: GPL-3.0-or-later
; What the tests of results that are made again share.

(define (refresh an-image . items)
  (plug-in-convolens-refresh #:run-mode RUN-NONINTERACTIVE #:image an-image
                             #:drawables (list->vector items)))

(define (edit an-image item . arguments)
  (apply plug-in-convolens-edit-maps
         (append (list #:run-mode RUN-NONINTERACTIVE #:image an-image #:drawables (vector item))
                 arguments)))

(define (apply-on an-image a-layer . arguments)
  (car (apply plug-in-convolens-apply
              (append (list #:run-mode RUN-NONINTERACTIVE #:image an-image
                            #:drawables (vector a-layer))
                      arguments))))

; The first @n of a list.
(define (list-head items n)
  (if (= n 0) '() (cons (car items) (list-head (cdr items) (- n 1)))))

(define (children an-image) (vector->list (gimp-image-get-layers an-image)))

; What a group or a layer shows: places, kinds and the numbers as they are stored.
(define (contents item)
  (list (map (lambda (a-layer) (list (gimp-drawable-type a-layer) (place a-layer)))
             (if (gimp-item-is-group item) (layers-of item) (list item)))
        (read-pixels item)))

(define (fill a-layer seed)
  (plug-in-convolens-probe-fill #:drawable a-layer #:seed seed))

(define (parts? message parts)
  (or (null? parts) (and (contains? message (car parts)) (parts? message (cdr parts)))))

; That @thunk says all of @parts and leaves the image as it was.
(define (check-unchanged name parts an-image thunk)
  (let* ((shown (lambda ()
                  (map (lambda (item)
                         (list (gimp-item-get-name item) (contents item)
                               (gimp-item-get-parasite-list item)))
                       (children an-image))))
         (before (shown))
         (message (message-of thunk)))
    (check name (and (string? message) (parts? message parts)) 'message message 'expected parts)
    (check-equal (string-append name ": nothing changes") (shown) before)))

(define (new-picture base precision alpha seed)
  (let* ((an-image (gimp-image-new-with-precision 26 20 base precision))
         (a-layer (add-layer an-image "picture" alpha 26 20)))
    (fill a-layer seed)
    an-image))

(define (picture-of an-image) (gimp-image-get-layer-by-name an-image "picture"))

(define (through-file an-image ending)
  (let ((file (gimp-temp-file ending)))
    (gimp-file-save RUN-NONINTERACTIVE an-image file)
    (gimp-file-load RUN-NONINTERACTIVE file)))

(define network "conv 5 3x3 pad=same seed=4; relu; maxpool 2")
