; SPDX-License-Identifier: GPL-3.0-or-later
; Filters learned from layers before and after GIMP's own operations: what comes out is
; compared with what these make, also of another picture.

; --- pictures -------------------------------------------------------------------------

(define side 64)

; Like chance, but away from black and white, so that few filters reach beyond.
(define (noise base precision alpha width height seed)
  (let* ((an-image (gimp-image-new-with-precision width height base precision))
         (a-layer (add-layer an-image "before" alpha width height)))
    (plug-in-convolens-probe-fill #:drawable a-layer #:seed seed)
    (gimp-drawable-levels a-layer HISTOGRAM-VALUE 0 1 #f 1 0.25 0.75 #f)
    (list an-image a-layer)))

; A copy of the layer on top of the image, called so.
(define (copy-of a-picture name)
  (let ((copy (gimp-layer-copy (layer a-picture))))
    (gimp-image-insert-layer (image a-picture) copy 0 0)
    (gimp-item-set-name copy name)
    copy))

; What GIMP makes of a copy, which keeps its size.
(define (filtered a-picture operation . properties)
  (let ((copy (copy-of a-picture "after")))
    (apply gimp-drawable-merge-new-filter
           (append (list copy operation "" LAYER-MODE-REPLACE 1.0) properties))
    (gimp-layer-resize copy (gimp-drawable-get-width (layer a-picture))
                       (gimp-drawable-get-height (layer a-picture))
                       (- (car (gimp-drawable-get-offsets copy)))
                       (- (cadr (gimp-drawable-get-offsets copy))))
    copy))

(define (blurred a-picture)
  (filtered a-picture "gegl:gaussian-blur" "std-dev-x" 0.8 "std-dev-y" 0.8))

; Three by three numbers, row by row, that add up to 1.
(define matrix '(0.1 -0.2 0.1  0 0.9 0.3  -0.3 0.2 -0.1))

(define (matrixed a-picture)
  (apply filtered
         (append (list a-picture "gegl:convolution-matrix" "divisor" 1.0 "normalize" #f
                       "alpha-weight" #f "alpha" #f)
                 (let loop ((names '("b2" "c2" "d2" "b3" "c3" "d3" "b4" "c4" "d4"))
                            (numbers matrix))
                   (if (null? names)
                     '()
                     (append (list (car names) (car numbers))
                             (loop (cdr names) (cdr numbers))))))))

; --- numbers --------------------------------------------------------------------------

; The largest difference of what two layers store.
(define (difference a b)
  (vector-ref (plug-in-convolens-probe-difference #:drawable a #:other b) 0))

(define (mean-square a b)
  (let loop ((i 0) (sum 0))
    (if (= i (vector-length a))
      (/ sum i)
      (let ((d (- (vector-ref a i) (vector-ref b i))))
        (loop (+ i 1) (+ sum (* d d)))))))

; A function of the numbers of two layers.
(define (combined function a b)
  (let* ((x (read-pixels a)) (y (read-pixels b)) (found (make-vector (vector-length x))))
    (let loop ((i 0))
      (if (= i (vector-length x))
        found
        (begin
          (vector-set! found i (function (vector-ref x i) (vector-ref y i)))
          (loop (+ i 1)))))))

(define (psnr a b)
  (/ (* -10 (log (+ 1e-20 (vector-ref (plug-in-convolens-probe-difference #:drawable a #:other b)
                                      1))))
     (log 10)))

; The numbers in a text such as [[1,2],[3,4]].
(define (numbers-in text)
  (let loop ((i 0) (word '()) (found '()))
    (let ((found* (if (null? word)
                    found
                    (cons (string->number (list->string (reverse word))) found))))
      (cond
        ((= i (string-length text)) (reverse found*))
        ((memv (string-ref text i) '(#\[ #\] #\, #\")) (loop (+ i 1) '() found*))
        (else (loop (+ i 1) (cons (string-ref text i) word) found))))))

; --- runs -----------------------------------------------------------------------------

(define (learn-on an-image drawables . arguments)
  (apply plug-in-convolens-learn-filter
         (append (list #:run-mode RUN-NONINTERACTIVE #:image an-image #:drawables drawables)
                 arguments)))

(define (learn a-picture after . arguments)
  (apply learn-on (append (list (image a-picture) (vector (layer a-picture) after)) arguments)))

(define (found-layer found) (list-ref found 0))
(define (found-psnr found) (list-ref found 1))
(define (found-psnr-before found) (list-ref found 2))
(define (found-model found) (list-ref found 4))
(define (found-encoding found) (list-ref found 5))
(define (found-network found) (list-ref found 6))
(define (found-kernel found) (list-ref found 7))

; What our Apply makes of a layer with a file.
(define (applied a-picture file . arguments)
  (car (apply plug-in-convolens-apply
              (append (list #:run-mode RUN-NONINTERACTIVE #:image (image a-picture)
                            #:drawables (vector (layer a-picture)) #:model file)
                      arguments))))

(define (check-learn-refused . arguments)
  (apply check-refused-by (cons learn-on arguments)))

; --- a blur, all that comes of it -------------------------------------------------------

(define p (noise RGB PRECISION-U8-NON-LINEAR #f side side 1))
(define after (blurred p))
(define file (gimp-temp-file "onnx"))
(gimp-image-set-selected-layers (image p) (vector after (layer p)))
(define selected (vector->list (gimp-image-get-selected-layers (image p))))
(define found (learn p after #:model "kernel" #:output file))
(check "a blur is found" (list-ref found 8))
(check-equal "as a kernel in linear light" (list (found-model found) (found-encoding found))
  '("kernel" "linear"))
(check-equal "the result above the picture, what remains above that"
  (names (vector->list (gimp-image-get-layers (image p))))
  '("after" "Remaining difference" "Learned filter" "before"))
(define rest (cadr (vector->list (gimp-image-get-layers (image p)))))
(check-equal "the difference is hidden, the result not"
  (list (gimp-item-get-visible rest) (gimp-item-get-visible (found-layer found))) '(#f #t))
(check-equal "the two stay selected"
  (vector->list (gimp-image-get-selected-layers (image p))) selected)
(check "as good as bytes can tell: at most two of 255 off"
  (< (difference (found-layer found) after) (/ 2.5 255)) (difference (found-layer found) after))
; Reported of what it computes on the part that is held back; bytes are rounded to those of
; the layer after, most of them.
(check "its PSNR is one that the layers have"
  (> (psnr (found-layer found) after) (- (found-psnr found) 1.5))
  (found-psnr found) (psnr (found-layer found) after))
(check "that of the picture before is what the layers say, within 1.5 dB"
  (near? (found-psnr-before found) (psnr (layer p) after) 1.5)
  (found-psnr-before found) (psnr (layer p) after))
(check "what remains is |after − result|"
  (< (mean-square (read-pixels rest)
                  (combined (lambda (x y) (abs (- x y))) after (found-layer found)))
     1e-12))

; --- its file, on other pictures -----------------------------------------------------------

(check-equal "the file on the picture gives the result again"
  (difference (applied p file) (found-layer found)) 0.0)
(define q (noise RGB PRECISION-U8-NON-LINEAR #f 80 48 2))
(define q-after (blurred q))
(check "on another picture, of another size, it is GIMP's blur"
  (> (psnr (applied q file) q-after) 50) (psnr (applied q file) q-after))
(check-equal "the file knows that it works in linear light"
  (difference (applied q file #:input-encoding "linear") (applied q file)) 0.0)
(check "which may be said otherwise"
  (< (psnr (applied q file #:input-encoding "perceptual") q-after) 45)
  (psnr (applied q file #:input-encoding "perceptual") q-after))
(define g (noise GRAY PRECISION-U8-NON-LINEAR #f side side 3))
(check "a filter of colours on a grey layer: three times the same, and grey again"
  (> (psnr (applied g file) (blurred g)) 48) (psnr (applied g file) (blurred g)))
(check "its network as text does the same"
  (< (difference (found-layer found)
                 (car (plug-in-convolens-apply
                        #:run-mode RUN-NONINTERACTIVE #:image (image p)
                        #:drawables (vector (layer p)) #:network (found-network found)
                        #:input-encoding "linear")))
     (/ 1.5 255)))
(drop p) (drop g)

; --- a kernel itself ---------------------------------------------------------------------------

(define p (noise RGB PRECISION-FLOAT-LINEAR #f side side 4))
(define found (learn p (matrixed p) #:model "kernel" #:kernel-size 3 #:result "nothing"))
(check-near "the kernel is GIMP's matrix, for each colour"
  (numbers-in (found-kernel found)) (append matrix matrix matrix) 1e-4)
(check-equal "nothing is added where nothing is wanted"
  (list (vector-length (gimp-image-get-layers (image p))) (found-layer found))
  (list 2 (layer p)))
(define small (learn p (vector-ref (gimp-image-get-layers (image p)) 0) #:model "kernel"
                     #:result "nothing"))
(check-equal "the smallest size that does is chosen"
  (length (numbers-in (found-kernel small))) 27)
(drop p)

; --- each kind of picture ----------------------------------------------------------------------

(define (check-kind name base precision alpha least)
  (let* ((p (noise base precision alpha side side 5))
         (after (matrixed p))
         (found (learn p after #:model "kernel" #:kernel-size 3)))
    (check name (> (found-psnr found) least) (found-psnr found))
    (check-equal (string-append name ": in linear light") (found-encoding found) "linear")
    p))
(drop (check-kind "16 bits, linear" RGB PRECISION-U16-LINEAR #f 90))
(drop (check-kind "half floats, grey" GRAY PRECISION-HALF-NON-LINEAR #f 60))
(drop (check-kind "floats, perceptual" RGB PRECISION-FLOAT-PERCEPTUAL #f 90))
(drop (check-kind "doubles, grey, linear" GRAY PRECISION-DOUBLE-LINEAR #f 90))

(define p (check-kind "bytes with alpha" RGB PRECISION-U8-NON-LINEAR #t 50))
(define made (vector-ref (gimp-image-get-layers (image p)) 2))
(check "alpha stays as it is"
  (= 0 (mean-square (channel (read-pixels made) 3 4) (channel (read-pixels (layer p)) 3 4))))
(drop p)

; What lies above and below shows in the difference where numbers can be negative.
(define p (noise GRAY PRECISION-FLOAT-NON-LINEAR #f side side 6))
(define after (filtered p "gegl:median-blur" "radius" 1))
(define found (learn p after #:model "kernel"))
(check "in floats the difference has its sign"
  (< (mean-square (read-pixels (vector-ref (gimp-image-get-layers (image p)) 1))
                  (combined - after (found-layer found)))
     1e-11))
(check "the PSNR is what the layers say, within 1.5 dB: of a part that was held back, and of all"
  (near? (found-psnr found) (psnr (found-layer found) after) 1.5)
  (found-psnr found) (psnr (found-layer found) after))
(drop p)

; --- colours of all colours --------------------------------------------------------------------

(define p (noise RGB PRECISION-U8-NON-LINEAR #f side side 7))
(define (check-colours name after encoding)
  (let ((found (learn p after #:model "kernel" #:result "nothing"))
        (other (learn p after #:model "kernel" #:result "nothing"
                      #:encoding (if (string=? encoding "linear") "perceptual" "linear"))))
    (check name (> (found-psnr found) 50) (found-psnr found))
    (check-equal (string-append name ": in the numbers GIMP works in") (found-encoding found)
      encoding)
    (check (string-append name ": better than in others")
      (> (found-psnr found) (+ 3 (found-psnr other))) (found-psnr found) (found-psnr other))
    (check-equal (string-append name ": three numbers for each colour")
      (length (numbers-in (found-kernel found))) 9)
    (gimp-image-remove-layer (image p) after)))
(check-colours "sepia" (filtered p "gegl:sepia" "scale" 1.0) "perceptual")
(define grey-after (copy-of p "after"))
(gimp-drawable-desaturate grey-after DESATURATE-LUMINANCE)
(check-colours "desaturated" grey-after "linear")
(drop p)

; --- a network ------------------------------------------------------------------------------------

; Without a limit of time the same seed gives the same.
(define p (noise GRAY PRECISION-U8-NON-LINEAR #f 48 48 21))
(define after (copy-of p "after"))
(gimp-drawable-curves-spline after HISTOGRAM-VALUE #(0 0 0.4 0.2 0.6 0.8 1 1))
(define kernel (learn p after #:model "kernel" #:result "nothing"))
(define network (learn p after #:model "small" #:seconds 0 #:output file))
(check-equal "a small network is no kernel"
  (list (found-model network) (found-kernel network)) '("small" ""))
(check "an S of a curve is nothing for a kernel"
  (> (found-psnr network) (+ 6 (found-psnr kernel))) (found-psnr network) (found-psnr kernel))
(check "its layer is as good"
  (> (psnr (found-layer network) after) (- (found-psnr network) 1.5))
  (psnr (found-layer network) after) (found-psnr network))
(check-equal "its file gives the result again"
  (difference (applied p file) (found-layer network)) 0.0)
(drop p)

; --- where it counts -----------------------------------------------------------------------------

(define p (noise RGB PRECISION-U8-NON-LINEAR #f side side 7))

; The lower half is another filter's.
(define half (/ side 2))
(define (half-and-half p)
  (let ((after (blurred p)))
    (gimp-image-select-rectangle (image p) CHANNEL-OP-REPLACE 0 half side half)
    (gimp-drawable-invert after #f)
    (gimp-selection-none (image p))
    after))
(define after (half-and-half p))
(check-learn-refused "two filters are none" '("No filter was found")
  (image p) (vector (layer p) after) #:model "kernel")
(gimp-image-select-rectangle (image p) CHANNEL-OP-REPLACE 0 0 side half)
(define found (learn p after #:model "kernel"))
(check "what is selected counts" (> (found-psnr found) 50) (found-psnr found))
(check-equal "the result is cut to it" (place (found-layer found)) (list 0 0 side half))
(define mask (gimp-selection-save (image p)))
(gimp-selection-none (image p))
(define found (learn p after #:model "kernel" #:mask mask))
(check "what is white in the mask counts" (> (found-psnr found) 50) (found-psnr found))
(check-equal "the result is whole" (place (found-layer found)) (list 0 0 side side))
(drop p)

; Where one of the two is transparent nothing is known.
(define p (noise RGB PRECISION-U8-NON-LINEAR #f side side 8))
(define after (half-and-half p))
(gimp-layer-add-alpha after)
(gimp-image-select-rectangle (image p) CHANNEL-OP-REPLACE 0 half side half)
(gimp-drawable-edit-clear after)
(gimp-selection-none (image p))
(define found (learn p after #:model "kernel" #:result "nothing"))
(check "what is transparent does not count" (> (found-psnr found) 50) (found-psnr found))
(drop p)

; --- several pairs ---------------------------------------------------------------------------------

(define p (noise RGB PRECISION-U8-NON-LINEAR #f side side 9))
(define more (list (image p) (add-layer (image p) "more" #f 40 30)))
(plug-in-convolens-probe-fill #:drawable (layer more) #:seed 10)
(define more-after (blurred more))
(define found
  (learn-on (image p) (vector (layer p)) #:model "kernel"
            #:before (vector (layer more) (layer p)) #:after (vector more-after (blurred p))))
(check-equal "a result for each pair"
  (names (vector->list (gimp-image-get-layers (image p))))
  '("after #1" "after" "Remaining difference" "Learned filter" "more" "Remaining difference #1"
    "Learned filter #1" "before"))
(check-equal "the first pair's is the one" (place (found-layer found)) '(0 0 40 30))

; --- GIMP's own matrix, live ------------------------------------------------------------------------

; The layer with its live filters as pixels.
(define (merged a-picture)
  (gimp-drawable-merge-filters (layer a-picture))
  (layer a-picture))

(define (check-live name base precision alpha tolerance)
  (let* ((p (noise base precision alpha side side 11))
         (after (matrixed p))
         (untouched (read-pixels (layer p)))
         (ours (found-layer (learn p after #:model "kernel" #:kernel-size 5 #:channels "each"
                                   #:encoding "linear")))
         (layers (inventory (image p)))
         (live (learn p after #:result "filter")))
    (check-equal (string-append name ": no layer is added")
      (list (inventory (image p)) (found-layer live)) (list layers (layer p)))
    (check (string-append name ": the pixels are as they were")
      (= 0 (mean-square (read-pixels (layer p)) untouched)))
    (check (string-append name ": as many filters as kernels")
      (= (vector-length (gimp-drawable-get-filters (layer p))) (if (= base RGB) 3 1)))
    (check (string-append name ": what the filters show is what we compute")
      (<= (difference (merged p) ours) tolerance) (difference (layer p) ours))
    (drop p)))
(check-live "live, bytes" RGB PRECISION-U8-NON-LINEAR #f (/ 1.1 255))
(check-live "live, floats, with alpha" RGB PRECISION-FLOAT-NON-LINEAR #t 1e-4)
(check-live "live, grey" GRAY PRECISION-FLOAT-LINEAR #f 1e-5)

; --- what is refused ------------------------------------------------------------------------------------

(define p (noise RGB PRECISION-FLOAT-NON-LINEAR #f side side 12))
(define after (blurred p))
(define pair (vector (layer p) after))
(check-learn-refused "one layer" '("two layers, and one is selected")
  (image p) (vector (layer p)))
(check-learn-refused "before without after" '("1 before and 0 after")
  (image p) pair #:before (vector (layer p)))
(check-learn-refused "no such layer" '("there is no layer with number 99999")
  (image p) pair #:before (vector (layer p)) #:after (vector 99999))
(check-learn-refused "the same layer" '("“before” is both before and after")
  (image p) pair #:before (vector (layer p)) #:after (vector (layer p)))
(check-learn-refused "another image's layer" '("The layer is not in the image")
  (image p) pair #:before (vector (layer q)) #:after (vector q-after))
(define copy (copy-of p "copy"))
(check-learn-refused "identical layers" '("are the same")
  (image p) (vector (layer p) copy))
(gimp-layer-add-alpha copy)
(gimp-drawable-edit-clear copy)
(check-learn-refused "an empty layer" '("“copy” is empty: all of it is transparent")
  (image p) (vector (layer p) copy))
(gimp-layer-scale copy 32 16 #f)
(check-learn-refused "another size" '("“before” has 64×64 pixels and “copy” has 32×16")
  (image p) (vector (layer p) copy))
(define group (gimp-group-layer-new (image p) "group"))
(gimp-image-insert-layer (image p) group 0 0)
(check-learn-refused "a group" '("“group” is a layer group")
  (image p) (vector (layer p) group))
(define other (add-layer (image p) "other" #f side side))
(plug-in-convolens-probe-fill #:drawable other #:seed 13)
(check-learn-refused "unrelated pictures" '("No filter was found" " dB")
  (image p) (vector (layer p) other) #:model "kernel")
(check-learn-refused "unrelated pictures, live" '("No filter was found")
  (image p) (vector (layer p) other) #:result "filter")
(check-learn-refused "a folder that is not there" '("nowhere")
  (image p) pair #:model "kernel" #:output "/nowhere/filter.onnx")
(check-learn-refused "a kernel without a middle" '("4 has no middle")
  (image p) pair #:kernel-size 4)
(check-learn-refused "a live filter of a network" '("not a network")
  (image p) pair #:result "filter" #:model "small")
(check-learn-refused "a live filter of 7×7" '("5×5 numbers, and the kernel 7×7")
  (image p) pair #:result "filter" #:kernel-size 7)
(check-learn-refused "a live filter of all colours" '("cannot mix channels")
  (image p) pair #:result "filter" #:channels "across")
(check-learn-refused "a live filter of perceptual numbers" '("works in linear light")
  (image p) pair #:result "filter" #:encoding "perceptual")
(define nan (- (* 1e200 1e200) (* 1e200 1e200)))
(define poisoned (copy-of p "poisoned"))
(define numbers (read-pixels poisoned))
(vector-set! numbers 300 nan)
(plug-in-convolens-probe-write #:drawable poisoned #:numbers numbers)
(check-learn-refused "what is no number" '("is no finite number")
  (image p) (vector (layer p) poisoned))
(drop p)

(define p (noise RGB PRECISION-U8-NON-LINEAR #f side side 14))
(define after (blurred p))
(gimp-image-convert-indexed (image p) CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 #f #f "")
(check-learn-refused "indexed colours" '("indexed colours")
  (image p) (vector (layer p) after))
(drop p)
(drop q)

(check-end)
