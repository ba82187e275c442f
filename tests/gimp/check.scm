; SPDX-License-Identifier: GPL-3.0-or-later
; What the tests share: TAP lines, pictures from numbers, numbers from layers.

(script-fu-use-v3)

; --- TAP ---------------------------------------------------------------------

(define check-count 0)

(define (check name true . found)
  (set! check-count (+ check-count 1))
  (if (not true) (display "not "))
  (display "ok ") (display check-count) (display " - ") (display name)
  (newline)
  (if (not true)
    (for-each (lambda (x) (display "# ") (write x) (newline)) found)))

(define (check-end)
  (display "1..") (display check-count) (newline))

(define (near? a b tolerance)
  (cond
    ((and (number? a) (number? b)) (<= (abs (- a b)) tolerance))
    ((and (vector? a) (vector? b)) (near? (vector->list a) (vector->list b) tolerance))
    ((and (pair? a) (pair? b))
     (and (near? (car a) (car b) tolerance) (near? (cdr a) (cdr b) tolerance)))
    (else (equal? a b))))

(define (check-equal name found expected)
  (check name (equal? found expected) 'found found 'expected expected))

(define (check-near name found expected tolerance)
  (check name (near? found expected tolerance) 'found found 'expected expected))

; --- pictures ----------------------------------------------------------------

(define (numbers-new . lists)
  (list->vector (apply append lists)))

; The very numbers a layer stores, row by row, all channels; of a group those of
; its layers, one after the other.
(define (read-pixels a-layer)
  (plug-in-convolens-probe-read #:drawable a-layer))

; Every @step-th number from @first on.
(define (channel numbers first step)
  (let loop ((i first) (found '()))
    (if (>= i (vector-length numbers))
      (list->vector (reverse found))
      (loop (+ i step) (cons (vector-ref numbers i) found)))))

(define (layer-type base alpha)
  (if (= base RGB)
    (if alpha RGBA-IMAGE RGB-IMAGE)
    (if alpha GRAYA-IMAGE GRAY-IMAGE)))

(define (add-layer image name alpha width height)
  (let ((layer (gimp-layer-new image name width height
                               (layer-type (gimp-image-get-base-type image) alpha)
                               100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image layer 0 0)
    layer))

; An image with one layer of these numbers; as a list of the image, the layer and
; the numbers as they are stored.
(define (picture base precision alpha width height numbers)
  (let* ((image (gimp-image-new-with-precision width height base precision))
         (layer (add-layer image "picture" alpha width height)))
    (list image layer
          (plug-in-convolens-probe-write #:drawable layer #:numbers numbers))))

(define (grey width height numbers)
  (picture GRAY PRECISION-FLOAT-NON-LINEAR #f width height numbers))

(define image car)
(define layer cadr)
(define stored caddr)

(define (drop picture)
  (gimp-image-delete (image picture)))

; --- runs --------------------------------------------------------------------

; The groups, first stage first, as a list. Arguments: name and value in turn.
(define (run-on an-image drawables . arguments)
  (vector->list
    (apply plug-in-convolens-feature-maps
           (append (list #:run-mode RUN-NONINTERACTIVE #:image an-image #:drawables drawables)
                   arguments))))

(define (run a-picture . arguments)
  (apply run-on (append (list (image a-picture) (vector (layer a-picture))) arguments)))

(define (layers-of group)
  (vector->list (gimp-item-get-children group)))

(define (names items)
  (map gimp-item-get-name items))

(define (place a-layer)
  (append (gimp-drawable-get-offsets a-layer)
          (list (gimp-drawable-get-width a-layer) (gimp-drawable-get-height a-layer))))

; All items of an image, as ids and names, to see that nothing changed.
(define (inventory an-image)
  (let loop ((items (vector->list (gimp-image-get-layers an-image))))
    (if (null? items)
      '()
      (append
        (list (car items) (gimp-item-get-name (car items)))
        (if (gimp-item-is-group (car items)) (loop (layers-of (car items))) '())
        (loop (cdr items))))))

; What the error says that @thunk ends with, or #f.
(define (message-of thunk)
  (let ((hook *error-hook*)
        (message #f))
    (call/cc
      (lambda (leave)
        (set! *error-hook*
              (lambda what
                (set! *error-hook* hook)
                (set! message (car what))
                (leave #f)))
        (thunk)))
    (set! *error-hook* hook)
    message))

(define (contains? text part)
  (let ((n (string-length part)))
    (let loop ((i 0))
      (cond
        ((> (+ i n) (string-length text)) #f)
        ((string=? (substring text i (+ i n)) part) #t)
        (else (loop (+ i 1)))))))

; That @run, called like run-on, says all of @parts and leaves the image as it was.
(define (check-refused-by run name parts an-image drawables . arguments)
  (let* ((before (inventory an-image))
         (message (message-of
                    (lambda () (apply run (append (list an-image drawables) arguments))))))
    (check name
      (and (string? message)
           (let loop ((parts parts))
             (or (null? parts)
                 (and (contains? message (car parts)) (loop (cdr parts))))))
      'message message 'expected parts)
    (check-equal (string-append name ": nothing is added") (inventory an-image) before)))

(define (check-refused . arguments)
  (apply check-refused-by (cons run-on arguments)))
