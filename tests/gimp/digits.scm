; SPDX-License-Identifier: GPL-3.0-or-later
; Digits drawn with GIMP's own tools, in any size, at any place, with any ink on any paper:
; the network that comes with Convolens tells them apart.

; --- how they are written: lists of lines, in a box of 1 × 1.4 --------------------------

(define pi 3.14159265)

; Points of an ellipse, from one angle to another; 0 is to the right, 90 below.
(define (arc cx cy rx ry from to)
  (let ((n 16))
    (let loop ((i 0))
      (if (> i n)
        '()
        (let ((angle (* (/ pi 180) (+ from (* (- to from) (/ i n))))))
          (cons (cons (+ cx (* rx (cos angle))) (+ cy (* ry (sin angle))))
                (loop (+ i 1))))))))

(define shapes
  (vector
    (list (arc 0.5 0.7 0.42 0.68 -90 270))
    (list '((0.55 . 0) (0.45 . 1.4)))
    (list (append (arc 0.5 0.4 0.42 0.4 190 390) '((0.05 . 1.38) (0.98 . 1.34))))
    (list (append (arc 0.45 0.36 0.42 0.36 200 450) (arc 0.45 1.04 0.48 0.36 270 515)))
    (list '((0.2 . 0.05) (0.1 . 0.75) (0.95 . 0.7)) '((0.8 . 0.1) (0.72 . 1.4)))
    (list (append '((0.9 . 0.02) (0.2 . 0.04) (0.14 . 0.6)) (arc 0.42 0.95 0.46 0.44 230 500)))
    (list (append '((0.75 . 0) (0.35 . 0.45)) (arc 0.48 1 0.4 0.39 190 550)))
    (list '((0.05 . 0.06) (0.92 . 0.02) (0.6 . 0.6) (0.42 . 1.4)))
    (list (append (arc 0.5 0.36 0.34 0.35 90 -270) (arc 0.5 1.04 0.42 0.35 -90 270)))
    (list (append (arc 0.5 0.42 0.36 0.4 0 -360) '((0.84 . 0.8) (0.7 . 1.4))))))

; The stroke as a tool wants it.
(define (place points x y size)
  (list->vector
    (apply append
      (map (lambda (point) (list (+ x (* size (car point))) (+ y (* size (cdr point))))) points))))

; A brush of our own: GIMP's are not loaded here.
(define brush (gimp-brush-new "round"))
(gimp-brush-set-shape brush BRUSH-GENERATED-CIRCLE)
(gimp-brush-set-radius brush 20)
(gimp-brush-set-hardness brush 0.8)
(gimp-context-set-brush brush)

; --- a way of writing --------------------------------------------------------------------

; What is asked of all ten, drawn with @tool of @width pixels, @size pixels wide at (@x, @y).
(define (write-all name tool width size x y ink paper alpha)
  (define found
    (let loop ((digit 0))
      (if (= digit 10)
        '()
        (let* ((image (gimp-image-new 400 420 RGB))
               (layer (add-layer image "paper" alpha 400 420)))
          (if (not alpha)
            (begin
              (gimp-context-set-foreground paper)
              (gimp-drawable-edit-fill layer FILL-FOREGROUND)))
          (gimp-context-set-foreground ink)
          (gimp-context-set-brush-size width)
          (for-each (lambda (points) (tool layer (place points x y size)))
                    (vector-ref shapes digit))
          (let ((answer (plug-in-convolens-classify #:run-mode RUN-NONINTERACTIVE #:image image
                                                    #:drawables (vector layer))))
            (gimp-image-delete image)
            (cons (car answer) (loop (+ digit 1))))))))
  (check-equal name found '("0" "1" "2" "3" "4" "5" "6" "7" "8" "9")))

(define (pencil layer strokes) (gimp-pencil layer strokes))
(define (paintbrush layer strokes) (gimp-paintbrush-default layer strokes))

(write-all "black on white" paintbrush 14 110 140 120 "black" "white" #f)
(write-all "white on black, large" paintbrush 26 230 80 40 "white" "black" #f)
(write-all "blue on yellow, small, in a corner" pencil 5 36 350 8 "#1030c0" "#f0e060" #f)
(write-all "a thin pencil" pencil 2 150 40 150 "#404040" "#f4f4f0" #f)
(write-all "a broad brush" paintbrush 34 170 100 80 "#802010" "#e0d8c8" #f)
(write-all "light grey on grey, wide" pencil 12 120 20 30 "#a0a0a0" "#707070" #f)
(write-all "red on green of the same brightness" paintbrush 12 100 250 230 "#ff0000" "#009400" #f)
(write-all "ink on nothing" paintbrush 16 140 60 100 "white" "black" #t)

(check-end)
