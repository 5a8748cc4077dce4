package blob

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	"lianou/core"
)

// maxPixels is the largest picture decoded: 40 megapixels, beyond what phones
// take by default. Decoding and turning one needs up to 5 bytes a pixel.
const maxPixels = 40_000_000

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
// its EXIF said it should be shown. The caller bounds len(data) and how many
// pictures are checked at once. Errors: ErrNoImage, ErrImagePixels, ErrImageBroken.
func CheckImage(data []byte) (Image, error) {
	img, kind, err := open(data)
	if err != nil {
		return Image{}, err
	}
	out := Image{MIME: kind, Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	var buf bytes.Buffer
	if kind == "image/jpeg" {
		err = jpeg.Encode(&buf, img, &jpeg.Options{Quality: 90})
	} else {
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		err = enc.Encode(&buf, img)
	}
	if err != nil {
		return Image{}, ErrImageBroken.Wrap(err)
	}
	out.Data = buf.Bytes()
	return out, nil
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
	cfg, img, err := decode(kind, data)
	if err != nil {
		return nil, "", err
	}
	if cfg.Width != img.Bounds().Dx() || cfg.Height != img.Bounds().Dy() {
		return nil, "", ErrImageBroken
	}
	if kind == "image/jpeg" {
		img = turn(img, orientation(data))
	}
	return img, kind, nil
}

func sniffImage(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	}
	return ""
}

// decode looks at the size before it allocates for the pixels.
func decode(kind string, data []byte) (image.Config, image.Image, error) {
	read, config := jpeg.Decode, jpeg.DecodeConfig
	if kind == "image/png" {
		read, config = png.Decode, png.DecodeConfig
	}
	cfg, err := config(bytes.NewReader(data))
	if err != nil || cfg.Width <= 0 || cfg.Height <= 0 {
		return cfg, nil, ErrImageBroken.Wrap(err)
	}
	if cfg.Width > maxPixels/cfg.Height {
		return cfg, nil, ErrImagePixels
	}
	img, err := read(bytes.NewReader(data))
	if err != nil {
		return cfg, nil, ErrImageBroken.Wrap(err)
	}
	return cfg, img, nil
}

// turn shows an image the way EXIF orientation o (1 to 8) says.
func turn(src image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return src
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 { // the four that lie on their side
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	row := image.NewRGBA(image.Rect(0, 0, w, 1)) // one row at a time: the whole again would double the memory
	for y := range h {
		draw.Draw(row, row.Rect, src, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		for x := range w {
			dx, dy := x, y
			switch o {
			case 2:
				dx = w - 1 - x
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dy = h - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], row.Pix[4*x:])
		}
	}
	return dst
}
