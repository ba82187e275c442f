; SPDX-License-Identifier: GPL-3.0-or-later
; What bench/job.py measures in GIMP: `network`, `kernels`, `width`, `height` and
; `placement` are defined before. Prints lines “bench: name seconds”.

(script-fu-use-v3)

(define (now)
  (let ((time (gettimeofday)))
    (+ (car time) (/ (cadr time) 1000000))))

(define (timed name thunk)
  (let* ((start (now)) (result (thunk)))
    (for-each display (list "bench: " name " " (- (now) start)))
    (newline)
    result))

; A picture without undo: what is measured is the work, not its memory.
(define image (gimp-image-new width height RGB))
(define layer (gimp-layer-new image "picture" width height RGB-IMAGE 100 LAYER-MODE-NORMAL))
(gimp-image-undo-disable image)
(gimp-image-insert-layer image layer 0 0)

(define (filter a-layer name . arguments)
  (apply gimp-drawable-merge-new-filter
         (append (list a-layer name 0 LAYER-MODE-REPLACE 1.0) arguments)))

; Noise, of the same kind everywhere at every size. Plasma ends after 1024 by 1024 pixels, and
; black tiles GIMP does not even store.
(define (paint)
  (filter layer "gegl:noise-hurl" "pct-random" 100.0))

(define (remove layers)
  (for-each (lambda (a-layer) (gimp-image-remove-layer image a-layer)) (vector->list layers)))

(define (ours network mapping)
  (plug-in-convolens-feature-maps
    #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) #:network network
    #:mapping mapping #:placement placement))

; --- the job: a layer for each kernel ------------------------------------------------

; A kernel as GIMP's Convolution Matrix takes it, a1 to e5, by rows.
(define (matrix kernel)
  (let loop ((names '("a1" "b1" "c1" "d1" "e1" "a2" "b2" "c2" "d2" "e2" "a3" "b3" "c3" "d3" "e3"
                      "a4" "b4" "c4" "d4" "e4" "a5" "b5" "c5" "d5" "e5"))
             (numbers kernel))
    (if (null? names)
      '()
      (append (list (car names) (car numbers)) (loop (cdr names) (cdr numbers))))))

(define (peer)
  (list->vector
    (map (lambda (kernel)
           (let ((copy (gimp-layer-copy layer)))
             (gimp-image-insert-layer image copy 0 0)
             (apply filter (append (list copy "gegl:convolution-matrix") (matrix kernel)
                                   (list "normalize" 0 "divisor" 1.0)))
             copy))
         kernels)))

(define (job turns)
  (paint)
  (let loop ((turn 0))
    (if (< turn turns)
      (begin
        (remove (timed "clamp" (lambda () (ours network "clamp"))))
        (remove (timed "range-map" (lambda () (ours network "range-map"))))
        (remove (timed "peer" peer))
        (loop (+ turn 1))))))

; --- memory: the seconds of a few runs ----------------------------------------------

; What GIMP itself takes to write as many pixels: empty layers that it inverts.
(define (floor-of n a-width a-height)
  (let loop ((k 0) (layers '()))
    (if (< k n)
      (let ((a-layer (gimp-layer-new image "floor" a-width a-height RGB-IMAGE 100
                                     LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image a-layer 0 0)
        (gimp-drawable-invert a-layer FALSE)
        (loop (+ k 1) (cons a-layer layers)))
      (list->vector layers))))

; A run of next to nothing, in the same GIMP.
(define (start-of mapping)
  (let ((tiny (gimp-layer-new image "tiny" 64 64 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image tiny 0 -1)
    (let ((groups (plug-in-convolens-feature-maps
                    #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector tiny)
                    #:network nothing #:mapping mapping #:placement placement)))
      (list->vector (cons tiny (vector->list groups))))))

(define (memory mapping turns)
  (paint)
  (let loop ((turn 0))
    (if (< turn turns)
      (begin
        (remove (timed "start" (lambda () (start-of mapping))))
        (remove (timed "network" (lambda () (ours network mapping))))
        (remove (timed "floor" (lambda () (floor-of maps (/ width 2) (/ height 2)))))
        (loop (+ turn 1))))))
