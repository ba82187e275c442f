; SPDX-License-Identifier: GPL-3.0-or-later
; The main job, end to end, on the file named in `picture`: an edge bank and the
; three stages of a convolutional network become layers. Saves the image, and a
; sheet of pictures that shows every map with its name.

(script-fu-use-v3)

(define (say . words)
  (display "demo: ")
  (for-each display words)
  (newline))

(define (now)
  (let ((time (gettimeofday)))
    (+ (car time) (/ (cadr time) 1000000))))

(define (seconds since)
  (/ (round (* 100 (- (now) since))) 100))

; --- the job ---------------------------------------------------------------

(define image (gimp-file-load RUN-NONINTERACTIVE picture))

; GIMP's own picture has its name in large white letters, brighter than all else
; there is to see: the part with the sun and the trees.
(if splash
  (let ((width (gimp-image-get-width image)) (height (gimp-image-get-height image)))
    (gimp-image-crop image (quotient (* width 9) 20) (quotient (* height 11) 20)
                     (quotient (* width 11) 20) (quotient height 5))))

(define layer (vector-ref (gimp-image-get-layers image) 0))

(define (run preset stages mapping)
  (let* ((start (now))
         (groups (plug-in-convolens-feature-maps
                   #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                   #:preset preset #:stages stages #:mapping mapping)))
    (for-each
      (lambda (group)
        (say preset ": " (vector-length (gimp-item-get-children group)) " layers in “"
             (gimp-item-get-name group) "”"))
      (vector->list groups))
    (say preset ": " (seconds start) " s")
    groups))

(define edges (run "edge-bank" "last" "diverging"))
(define stages
  (list->vector (append (vector->list (run "three-stages" "1" "signed"))
                        (vector->list (run "three-stages" "2-3" "range-map")))))

(gimp-file-save RUN-NONINTERACTIVE image "build/demo/maps.xcf")

; --- the sheet -------------------------------------------------------------

(define margin 40)
(define gap 16)
(define caption 26)
(define sheet-width 1920)
(define ratio (/ (gimp-drawable-get-height layer) (gimp-drawable-get-width layer)))

(define (cell-width columns)
  (quotient (- sheet-width (* 2 margin) (* (- columns 1) gap)) columns))

(define (cell-height columns)
  (round (* (cell-width columns) ratio)))

(define (row-height columns)
  (+ (cell-height columns) caption gap))

(define wide 6)    ; columns of the stages
(define edge-rows (quotient (+ (vector-length (gimp-item-get-children (vector-ref edges 0))) 3) 4))
(define head 110)
(define section 60)
(define sheet-height
  (+ head (row-height 4) (* edge-rows (row-height 4))
     (* (vector-length stages) (+ section (row-height wide))) margin))

(define sheet (gimp-image-new sheet-width sheet-height RGB))
(define paper (gimp-layer-new sheet "paper" sheet-width sheet-height RGB-IMAGE 100
                              LAYER-MODE-NORMAL))
(gimp-image-insert-layer sheet paper 0 -1)
(gimp-context-set-foreground '(30 32 38))
(gimp-drawable-fill paper FILL-FOREGROUND)

(define font
  (let ((fonts (gimp-fonts-get-list "DejaVu Sans")))
    (if (> (vector-length fonts) 0) (vector-ref fonts 0) (gimp-context-get-font))))

(define (write-text text x y size colour)
  (gimp-context-set-foreground colour)
  (gimp-text-font sheet -1 x y text 0 TRUE size font))

; The drawable, scaled into a cell, with its name below.
(define (place drawable x y width height name)
  (let ((copy (gimp-layer-new-from-drawable drawable sheet)))
    (gimp-image-insert-layer sheet copy 0 -1)
    (gimp-layer-scale copy width height FALSE)
    (gimp-layer-set-offsets copy x y)
    (write-text name x (+ y height 5) 15 '(200 204 214))))

; Without the number by which GIMP tells layers of one name apart.
(define (plain-name item)
  (car (strbreakup (gimp-item-get-name item) " #")))

(define (place-row items columns first x0 y)
  (let loop ((items items) (i first))
    (if (pair? items)
        (let ((column (modulo i columns)) (row (quotient i columns)))
          (place (car items)
                 (+ x0 (* column (+ (cell-width columns) gap)))
                 (+ y (* row (row-height columns)))
                 (cell-width columns) (cell-height columns)
                 (plain-name (car items)))
          (loop (cdr items) (+ i 1))))))

(define (children group)
  (vector->list (gimp-item-get-children group)))

(write-text "Convolens" margin 28 44 '(255 255 255))
(write-text "a convolutional network on the canvas: every map is a layer"
            (+ margin 300) 48 22 '(160 166 180))

(define y head)
(place layer margin y (cell-width 4) (cell-height 4) (gimp-item-get-name layer))
(write-text "edge bank" (+ margin (cell-width 4) (* 2 gap)) y 30 '(255 190 90))
(write-text (string-append "“" (gimp-item-get-name (vector-ref edges 0)) "”\n\n"
                           (number->string (vector-length (gimp-item-get-children (vector-ref edges 0))))
                           " kernels look at the brightness of the picture.\n"
                           "Red is positive, blue is negative, white is nothing:\n"
                           "each kernel answers to edges of its own direction and size.")
            (+ margin (cell-width 4) (* 2 gap)) (+ y 50) 20 '(200 204 214))
(set! y (+ y (row-height 4)))
(place-row (children (vector-ref edges 0)) 4 0 margin y)
(set! y (+ y (* edge-rows (row-height 4)) section))

(define (place-stage group)
  (write-text (gimp-item-get-name group) margin (- y 46) 24 '(255 190 90))
  (place-row (children group) wide 0 margin y)
  (set! y (+ y (row-height wide) section)))

(for-each place-stage (vector->list stages))

(let ((flat (gimp-image-flatten sheet)))
  (gimp-file-save RUN-NONINTERACTIVE sheet "build/demo/sheet.png"))
