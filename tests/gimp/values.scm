; SPDX-License-Identifier: GPL-3.0-or-later
; Values of maps and values of pixels: every mapping, and both encodings.

; The numbers of all layers of the one group.
(define (made . arguments)
  (read-pixels (car (apply run arguments))))

; --- what the network computes is what stands in the layer ---------------------

(define p (grey 4 1 #(-0.5 0.25 0.5 1.5)))
(check-near "clamp cuts at 0 and 1"
  (made p #:network "conv kernels=identity" #:mapping "clamp") #(0 0.25 0.5 1) 1e-6)
(check-near "raw keeps the numbers"
  (made p #:network "conv kernels=identity" #:mapping "raw") #(-0.5 0.25 0.5 1.5) 0)
(drop p)

; A step from 0 to 1 between the second and the third column.
(define step (grey 5 4 #(0 0 1 1 1  0 0 1 1 1  0 0 1 1 1  0 0 1 1 1)))
(check-near "sobel-x on a step: 1+2+1 where the window holds it"
  (made step #:network "conv kernels=sobel-x" #:mapping "raw" #:placement "own-size")
  #(4 4 0  4 4 0) 1e-6)
(check-near "sobel-y on it: nothing"
  (made step #:network "conv kernels=sobel-y" #:mapping "raw" #:placement "own-size")
  #(0 0 0  0 0 0) 1e-6)
(check-near "sobel-x keeps the size with reflected borders"
  (made step #:network "conv kernels=sobel-x pad=same border=reflect" #:mapping "raw")
  #(0 4 4 0 0  0 4 4 0 0  0 4 4 0 0  0 4 4 0 0) 1e-6)
(drop step)

; --- mappings ----------------------------------------------------------------

; The first map has the values −2 0 1 4, the second twice that.
(define values (grey 4 1 #(-2 0 1 4)))
(define two "conv kernels=\"[[1]]\",\"[[2]]\"")

(define (both mapping)
  (made values #:network two #:mapping mapping))

(check-near "range-map: (v + 2) / 6, for both the same"
  (both "range-map") #(0 0.333333 0.5 1  0 0.333333 0.5 1) 1e-5)
(check-near "range-stage: (v + 4) / 12"
  (both "range-stage") #(0.166667 0.333333 0.416667 0.666667  0 0.333333 0.5 1) 1e-5)
(check-near "range-stage is the same when one map is kept"
  (made values #:network two #:mapping "range-stage" #:maps "1")
  #(0.166667 0.333333 0.416667 0.666667) 1e-5)
(check-near "signed: 0.5 + 0.5 v / 4"
  (both "signed") #(0.25 0.5 0.625 1  0.25 0.5 0.625 1) 1e-6)
(check-near "clamp" (both "clamp") #(0 0 1 1  0 0 1 1) 1e-6)
(check-near "raw" (both "raw") #(-2 0 1 4  -4 0 2 8) 0)
(check-near "range-map is the default"
  (made values #:network two #:maps "1") #(0 0.333333 0.5 1) 1e-5)
(check-near "a map of one value is black in a range"
  (made values #:network "conv kernels=\"[[0]]\" bias=7") #(0 0 0 0) 0)
(check-near "and mid-grey as signed where it is 0"
  (made values #:network "conv kernels=\"[[0]]\"" #:mapping "signed") #(0.5 0.5 0.5 0.5) 0)
(drop values)

; −4 is blue, −1 a quarter of that, 0 white, 2 half of red.
(define colours
  (picture RGB PRECISION-FLOAT-NON-LINEAR #f 4 1 #(-4 0 0  -1 0 0  0 0 0  2 0 0)))
(check-near "diverging: blue, white, red"
  (made colours #:network "conv kernels=\"[[[1]],[[0]],[[0]]]\"" #:mapping "diverging")
  #(0 0 1  0.75 0.75 1  1 1 1  1 0.5 0.5) 1e-6)
(check-near "a grey mapping in an RGB image has three equal channels"
  (made colours #:network "conv kernels=\"[[[1]],[[0]],[[0]]]\"" #:mapping "signed")
  #(0 0 0  0.375 0.375 0.375  0.5 0.5 0.5  0.75 0.75 0.75) 1e-6)
(drop colours)

; --- raw numbers in every floating-point format ----------------------------------

(define (raw-in base name precision)
  (let ((p (picture base precision #f 1 1 (if (= base RGB) #(0.1 0.2 0.3) #(0.5)))))
    (check-equal (string-append "raw numbers read back exactly: " name)
      (vector->list
        (channel (made p #:mapping "raw" #:network
                   "conv kernels=\"[[0]]\",\"[[0]]\",\"[[0]]\",\"[[0]]\" bias=-3.25,0,0.1875,1234")
                 0 (if (= base RGB) 3 1)))
      '(-3.25 0.0 0.1875 1234.0))
    (drop p)))

(for-each
  (lambda (format)
    (raw-in GRAY (string-append "grey " (car format)) (cadr format))
    (raw-in RGB (string-append "RGB " (car format)) (cadr format)))
  (list
    (list "half linear" PRECISION-HALF-LINEAR)
    (list "half non-linear" PRECISION-HALF-NON-LINEAR)
    (list "half perceptual" PRECISION-HALF-PERCEPTUAL)
    (list "float linear" PRECISION-FLOAT-LINEAR)
    (list "float non-linear" PRECISION-FLOAT-NON-LINEAR)
    (list "float perceptual" PRECISION-FLOAT-PERCEPTUAL)
    (list "double linear" PRECISION-DOUBLE-LINEAR)
    (list "double non-linear" PRECISION-DOUBLE-NON-LINEAR)
    (list "double perceptual" PRECISION-DOUBLE-PERCEPTUAL)))

; --- linear and perceptual -------------------------------------------------------

; sRGB: half the light is stored as 0.735357; what is stored as 0.5 is 0.214041 of it.
(define light (picture GRAY PRECISION-FLOAT-LINEAR #f 1 1 #(0.5)))
(check-near "half the light is 0.7354 to a network that sees perceptual values"
  (made light #:network "conv kernels=identity" #:mapping "raw") #(0.735357) 1e-5)
(check-near "and 0.5 to one that sees linear ones"
  (made light #:network "conv kernels=identity" #:mapping "raw" #:input-encoding "linear")
  #(0.5) 1e-6)
(check-near "written back in the same encoding it is the same light"
  (made light #:network "conv kernels=identity" #:mapping "clamp") #(0.5) 1e-5)
(check-near "0.5 written as perceptual is 0.2140 of the light"
  (made light #:network "conv kernels=\"[[0]]\" bias=0.5" #:mapping "clamp") #(0.214041) 1e-5)
(check-near "written as linear it is half"
  (made light #:network "conv kernels=\"[[0]]\" bias=0.5" #:mapping "clamp"
            #:input-encoding "linear") #(0.5) 1e-6)
(drop light)

(define (stored-255 numbers)
  (map (lambda (x) (* 255 x)) (vector->list numbers)))

(define bytes (picture GRAY PRECISION-U8-NON-LINEAR #f 1 1 #(1)))
(check-near "0.5 in an ordinary 8-bit image is stored as 128"
  (stored-255 (made bytes #:network "conv kernels=\"[[0.5]]\"" #:mapping "clamp"))
  '(128) 1e-3)
(check-near "as linear as 188"
  (stored-255 (made bytes #:network "conv kernels=\"[[0.5]]\"" #:mapping "clamp"
                        #:input-encoding "linear"))
  '(188) 1e-3)
(drop bytes)

; --- colour to grey and back -------------------------------------------------------

(define red (picture RGB PRECISION-FLOAT-LINEAR #f 3 1 #(1 0 0  0 1 0  0 0 1)))
(check-near "one channel of a colour picture is its luminance"
  (channel (made red #:network "input ?x?x1; conv kernels=identity" #:mapping "raw"
                     #:input-encoding "linear") 0 3)
  #(0.2225 0.7169 0.0606) 1e-3)
(check-near "three channels are red, green and blue"
  (channel (made red #:network "conv kernels=identity groups=channels" #:mapping "raw"
                 #:input-encoding "linear") 0 3)
  #(1 0 0  0 1 0  0 0 1) 1e-6)
(drop red)

(define plain (grey 2 1 #(0.25 0.75)))
(check-near "three channels of a grey picture are the same"
  (made plain #:network "input ?x?x3; conv kernels=identity groups=channels" #:mapping "clamp")
  #(0.25 0.75  0.25 0.75  0.25 0.75) 1e-6)
(drop plain)

; --- an input of another size --------------------------------------------------------

(define large (grey 4 2 #(0 0.5 1 1  0.5 1 0 0)))
(check-near "a larger picture is averaged"
  (made large #:network "input 1x2x1; conv kernels=identity" #:mapping "clamp"
            #:placement "own-size") #(0.5 0.5) 1e-6)
(check-near "a smaller one is drawn out between the middles of its pixels"
  (made large #:network "input 2x8x1; conv kernels=identity" #:mapping "clamp"
            #:placement "own-size")
  #(0 0.125 0.375 0.625 0.875 1 1 1  0.5 0.625 0.875 0.75 0.25 0 0 0) 1e-6)
(drop large)

(check-end)
