package blob

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"runtime"

	"lianou/core"
)

// The errors of pictures.
var (
	ErrNoImage     = core.E(core.KindUnsupported, "image_unsupported", "这不是能打开的照片,请上传 JPG 或 PNG 格式的照片。")
	ErrImagePixels = core.E(core.KindTooLarge, "image_too_large", "照片尺寸太大了,请用手机相机的普通尺寸再拍一张。")
	ErrImageBroken = core.E(core.KindInvalid, "image_broken", "照片没有传完整,请再拍一张或再传一次。")
)

// Image is a picture after CheckImage.
type Image struct {
	Data          []byte // encoded anew: no EXIF, no comments, nothing appended
	MIME          string // "image/jpeg" or "image/png"
	Width, Height int    // as shown, after turning
}

// CheckImage accepts a JPEG or PNG picture by its content, whatever its name or
// stated type, and encodes it anew, so that the place it was taken at, the camera
// and anything hidden behind the picture are gone. A JPEG is first turned the way
// its EXIF said it should be shown; one that would cost too much twice loses every second
// row and column by it. One picture costs up to 50 MB beside data; the caller bounds how
// many are checked at once. Errors: ErrNoImage, ErrImagePixels, ErrImageBroken.
func CheckImage(data []byte) (Image, error) {
	img, kind, err := open(data)
	if err != nil {
		return Image{}, err
	}
	out := Image{MIME: kind, Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	var w pieces
	if kind == "image/jpeg" {
		err = jpeg.Encode(&w, img, &jpeg.Options{Quality: 90})
	} else {
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		err = enc.Encode(&w, img)
	}
	if err != nil {
		return Image{}, ErrImageBroken.Wrap(err)
	}
	img = nil
	if out.Width*out.Height > large {
		runtime.GC() // the pixels are done with, before the file is put together
	}
	out.Data = bytes.Join(w, nil)
	return out, nil
}

// pieces are what an encoder wrote, never copied to grow.
type pieces [][]byte

const pieceSize = 256 << 10

func (w *pieces) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		last := len(*w) - 1
		if last < 0 || len((*w)[last]) == pieceSize {
			*w, last = append(*w, make([]byte, 0, pieceSize)), last+1
		}
		room := min(pieceSize-len((*w)[last]), len(p)-n)
		(*w)[last] = append((*w)[last], p[n:n+room]...)
		n += room
	}
	return len(p), nil
}

// OpenImage gives the pixels of a picture that CheckImage accepts, turned as it is to be
// shown, for who reads what stands on it. Errors: those of CheckImage.
func OpenImage(data []byte) (image.Image, error) {
	img, _, err := open(data)
	return img, err
}

func open(data []byte) (image.Image, string, error) {
	kind := sniffImage(data)
	if kind == "" {
		return nil, "", ErrNoImage
	}
	read, config := jpeg.Decode, jpeg.DecodeConfig
	if kind == "image/png" {
		read, config = png.Decode, png.DecodeConfig
	}
	cfg, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, "", ErrImageBroken.Wrap(err)
	}
	costs := cost(kind, data, cfg.Width, cfg.Height)
	switch {
	case costs == 0:
		return nil, "", ErrImageBroken
	case costs+int64(len(data)) > mostDecoded:
		return nil, "", ErrImagePixels
	case costs > large:
		runtime.GC() // or what was left of other uploads is still there when this one is at its largest
	}
	img, err := read(bytes.NewReader(data))
	if err != nil || cfg.Width != img.Bounds().Dx() || cfg.Height != img.Bounds().Dy() {
		return nil, "", ErrImageBroken.Wrap(err)
	}
	if o := orientation(data); kind == "image/jpeg" && o > 1 {
		every := 1
		if costs+int64(cfg.Width)*int64(cfg.Height)*3/2 > mostDecoded {
			every = 2
		}
		img = turn(img, o, every)
	}
	return img, kind, nil
}

// large is what a picture costs before its memory is worth a collection of its own.
const large = 12 << 20

func sniffImage(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	}
	return ""
}
