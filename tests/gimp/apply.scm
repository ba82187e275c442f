; SPDX-License-Identifier: GPL-3.0-or-later
; Networks of pictures on the picture: what comes out, where it lies, and that what
; cannot be had leaves no trace.

(define (apply-on an-image drawables . arguments)
  (apply plug-in-convolens-apply
         (append (list #:run-mode RUN-NONINTERACTIVE #:image an-image #:drawables drawables)
                 arguments)))

; The new layer and its image.
(define (apply-to a-picture . arguments)
  (apply apply-on (append (list (image a-picture) (vector (layer a-picture))) arguments)))

(define (images) (vector->list (gimp-get-images)))

(define (check-apply-refused name parts an-image drawables . arguments)
  (let* ((before (inventory an-image))
         (images-before (length (images)))
         (message (message-of
                    (lambda () (apply apply-on (append (list an-image drawables) arguments))))))
    (check name
      (and (string? message)
           (let loop ((parts parts))
             (or (null? parts)
                 (and (contains? message (car parts)) (loop (cdr parts))))))
      'message message 'expected parts)
    (check-equal (string-append name ": nothing is added")
      (list (inventory an-image) (length (images))) (list before images-before))))

; --- a layer above the picture --------------------------------------------------------

(define colours
  (picture RGB PRECISION-FLOAT-NON-LINEAR #f 2 2
           #(0.1 0.2 0.3  0.4 0.5 0.6  0.7 0.8 0.9  0.2 0.4 0.1)))
(define result (apply-to colours #:network "neg; add values=1" #:luma "no"))
(check-equal "the result is in the picture's image" (cadr result) (image colours))
(check-equal "above the picture"
  (vector->list (gimp-image-get-layers (image colours))) (list (car result) (layer colours)))
(check-equal "which stays selected"
  (vector->list (gimp-image-get-selected-layers (image colours))) (list (layer colours)))
(check-near "a negative" (read-pixels (car result))
  #(0.9 0.8 0.7  0.6 0.5 0.4  0.3 0.2 0.1  0.8 0.6 0.9) 1e-5)
(gimp-image-remove-layer (image colours) (car result))

; Blue first, 0 to 255, a mean and a scale: relu keeps what is above the mean.
(define (applied . arguments)
  (let* ((found (apply apply-to (cons colours arguments)))
         (numbers (read-pixels (car found))))
    (gimp-image-remove-layer (image colours) (car found))
    numbers))
(check-near "what is below the mean is brought up to it"
  (applied #:network "relu" #:input-range "bytes" #:mean "51,102,25.5" #:scale "0.1")
  #(0.2 0.4 0.3  0.4 0.5 0.6  0.7 0.8 0.9  0.2 0.4 0.1) 1e-5)
(check-near "blue first"
  (applied #:network "mul values=0,1,0.5" #:channel-order "bgr")
  #(0.05 0.2 0  0.2 0.5 0  0.35 0.8 0  0.1 0.4 0) 1e-5)
(check-near "values of −1 to 1"
  (applied #:network "relu" #:input-range "signed")
  #(0.5 0.5 0.5  0.5 0.5 0.6  0.7 0.8 0.9  0.5 0.5 0.5) 1e-5)
(check-near "only the brightness: all colours get as much more"
  (applied #:network "input ?x?x1; add values=0.1")
  #(0.2 0.3 0.4  0.5 0.6 0.7  0.8 0.9 1  0.3 0.5 0.2) 1e-5)
(check-near "float pictures keep what lies above white"
  (applied #:network "add values=1")
  #(1.1 1.2 1.3  1.4 1.5 1.6  1.7 1.8 1.9  1.2 1.4 1.1) 1e-5)
(check-near "grey of colours"
  (applied #:network "input ?x?x3; conv kernels=\"[[[1]],[[0]],[[0]]]\"")
  #(0.1 0.1 0.1  0.4 0.4 0.4  0.7 0.7 0.7  0.2 0.2 0.2) 1e-5)
(drop colours)

(define bytes (picture RGB PRECISION-U8-NON-LINEAR #t 2 1 #(0.2 0.4 0.6 1  0.8 0.6 0.4 0.4)))
(check-near "bytes end at black and white, and the picture's alpha is kept"
  (read-pixels (car (apply-to bytes #:network "mul values=2; sub values=0.6")))
  #(0 0.2 0.6 1  1 0.6 0.2 0.4) 1e-6)
(drop bytes)

(define greys (picture GRAY PRECISION-FLOAT-LINEAR #f 2 1 #(0.25 0.5)))
(check-near "a network of colours on a grey picture, linear"
  (read-pixels (car (apply-to greys #:network "input ?x?x3; mul values=0.5"
                              #:input-encoding "linear")))
  #(0.125 0.25) 1e-5)
(drop greys)

; --- selections ----------------------------------------------------------------------

(define ramp (grey 4 3 #(0 0.1 0.2 0.3  0.4 0.5 0.6 0.7  0.8 0.9 1 0)))
(gimp-image-select-rectangle (image ramp) CHANNEL-OP-REPLACE 1 1 2 1)
(define cut (car (apply-to ramp #:network "neg; add values=1")))
(check-equal "the result is cut to the selection" (place cut) '(1 1 2 1))
(check-near "with alpha" (read-pixels cut) #(0.5 1  0.4 1) 1e-5)
(define cut-larger
  (apply-to ramp #:network "input ?x?x1; gather channels=0,0,0,0; depth-to-space 2"))
(check-equal "a larger result too, in an image of its own"
  (list (place (car cut-larger)) (= (cadr cut-larger) (image ramp))) '((0 0 4 2) #f))
(check-near "with the selected pixels' values"
  (channel (read-pixels (car cut-larger)) 0 2) #(0.5 0.5 0.6 0.6  0.5 0.5 0.6 0.6) 1e-5)
(gimp-image-delete (cadr cut-larger))
(drop ramp)

; --- a larger image -------------------------------------------------------------------

(define small (grey 3 2 #(0.1 0.2 0.3  0.4 0.5 0.6)))
(gimp-image-set-resolution (image small) 100 50)
(define before (inventory (image small)))
(define large (apply-to small #:network "input ?x?x1; gather channels=0,0,0,0; depth-to-space 2"))
(check-equal "twice as large" (place (car large)) '(0 0 6 4))
(check-equal "the image too"
  (list (gimp-image-get-width (cadr large)) (gimp-image-get-height (cadr large)))
  '(6 4))
(check-equal "as fine as the picture's" (gimp-image-get-resolution (cadr large)) '(100.0 50.0))
(check-near "each pixel four times" (read-pixels (car large))
  #(0.1 0.1 0.2 0.2 0.3 0.3  0.1 0.1 0.2 0.2 0.3 0.3
    0.4 0.4 0.5 0.5 0.6 0.6  0.4 0.4 0.5 0.5 0.6 0.6) 1e-5)
(check-equal "the picture's image has nothing new" (inventory (image small)) before)
(gimp-image-delete (cadr large))

; --- sizes ------------------------------------------------------------------------------

(check-near "a window without padding sees a mirrored border"
  (read-pixels (car (apply-to small #:network "input 32x32x1; conv kernels=\"[[1,1,1]]\"" #:luma "no")))
  #(0.5 0.6 0.7  1.4 1.5 1.6) 1e-5)
(check-near "a network of multiples of two"
  (read-pixels
    (car (apply-to small #:network
                   "input ?x?x1 as=a; maxpool 2; gather channels=0,0,0,0; depth-to-space 2; add a")))
  #(0.6 0.7 0.9  0.9 1 1.2) 1e-5)
(drop small)

; --- models -----------------------------------------------------------------------------

(define (write-bytes path bytes)
  (let ((port (open-output-file path)))
    (for-each (lambda (byte) (write-char (integer->char byte) port)) bytes)
    (close-output-port port)))

; One Relu on three channels of any size, which notes that it takes values of −1 to 1.
(define relu-model (gimp-temp-file "onnx"))
(write-bytes relu-model
  '(8 8 18 5 116 101 115 116 115 58 79 10 12 10 1 120 18 1 121 34 4 82 101 108 117 18 1 103 90 29
    10 1 120 18 24 10 22 8 1 18 18 10 2 8 1 10 2 8 3 10 3 18 1 104 10 3 18 1 119 98 29 10 1 121 18
    24 10 22 8 1 18 18 10 2 8 1 10 2 8 3 10 3 18 1 112 10 3 18 1 113 66 2 16 17 114 41 10 23 73 109
    97 103 101 46 78 111 109 105 110 97 108 80 105 120 101 108 82 97 110 103 101 18 14 78 111 114
    109 97 108 105 122 101 100 95 49 95 49))
(define photo
  (picture RGB PRECISION-FLOAT-NON-LINEAR #f 2 1 #(0.1 0.7 0.3  0.6 0.2 0.9)))
(check-near "a file, its range as it notes"
  (read-pixels (car (apply-to photo #:model relu-model)))
  #(0.5 0.7 0.5  0.6 0.5 0.9) 1e-5)
(check-near "what is said counts more"
  (read-pixels (car (apply-to photo #:model relu-model #:input-range "unit")))
  #(0.1 0.7 0.3  0.6 0.2 0.9) 1e-5)
(check-near "the maps of a file"
  (read-pixels (car (layers-of (car (run photo #:model relu-model #:mapping "raw" #:maps "2")))))
  #(0.7 0.7 0.7  0.2 0.2 0.2) 1e-5)

; The network as a file, and the file as the network.
(define saved-model (gimp-temp-file "onnx"))
(define (maps-of groups) (map read-pixels (layers-of (car groups))))
(define made
  (maps-of (run photo #:network "conv 2 1x1 seed=3; leaky-relu" #:mapping "raw"
                #:save-model saved-model)))
(check-near "a network that was saved is the same from its file"
  (apply append (map vector->list (maps-of (run photo #:model saved-model #:mapping "raw"))))
  (apply append (map vector->list made)) 1e-5)
(check-refused "what cannot be written is said before anything is made" '("/nowhere/model.onnx")
  (image photo) (vector (layer photo)) #:network "relu" #:save-model "/nowhere/model.onnx")
(drop photo)

; --- what cannot be had -----------------------------------------------------------------

(define p (grey 8 8 (make-vector 64 0.5)))
(check-apply-refused "no network" '("Choose a model") (image p) (vector (layer p)))
(check-apply-refused "a mistake" '("Line 1, column 1" "covn") (image p) (vector (layer p))
  #:network "covn 3 3x3")
(check-apply-refused "two channels" '("2 channels" "Feature Maps") (image p) (vector (layer p))
  #:network "conv 2 3x3 pad=same")
(check-apply-refused "a classifier" '("10 values" "Feature Maps") (image p) (vector (layer p))
  #:network "flatten; dense 10")
(check-apply-refused "brightness of colours" '("brightness" "takes 3") (image p) (vector (layer p))
  #:network "input ?x?x3; relu" #:luma "yes")
(check-apply-refused "no numbers" '("Mean: " "red") (image p) (vector (layer p))
  #:network "relu" #:mean "red")
(check-apply-refused "a scale of 0" '("0 leaves nothing") (image p) (vector (layer p))
  #:network "relu" #:scale "1,0,1")
; That there is no such file is for GIMP to say.
(check-apply-refused "no file" '("model") (image p) (vector (layer p))
  #:model "/nowhere/model.onnx")
(check-apply-refused "no layer" '("Apply Network works on one layer; none is selected")
  (image p) (vector))
(define broken (gimp-temp-file "onnx"))
(write-bytes broken '(58 120 1 2 3))
(check-apply-refused "no model" '("not an ONNX file") (image p) (vector (layer p)) #:model broken)
(check-refused "no model for the feature maps" '("not an ONNX file") (image p) (vector (layer p))
  #:model broken)
(check-apply-refused "more memory than it may take" '("of memory" "may be used")
  (image p) (vector (layer p)) #:network "conv 2000 3x3 pad=same; conv 2000 3x3; conv 1 1x1"
  #:memory 16)
(drop p)

(check-end)
