package blob

import (
	"image"
	"image/draw"
)

// where tells from which pixel of the source a pixel of the turned picture comes, for an
// EXIF orientation; w and h are those of the source.
func where(o, w, h int) func(x, y int) (int, int) {
	return func(x, y int) (int, int) {
		switch o {
		case 2:
			return w - 1 - x, y
		case 3:
			return w - 1 - x, h - 1 - y
		case 4:
			return x, h - 1 - y
		case 5:
			return y, x
		case 6:
			return y, h - 1 - x
		case 7:
			return w - 1 - y, h - 1 - x
		case 8:
			return w - 1 - y, x
		}
		return x, y
	}
}

// turn shows an image the way EXIF orientation o (1 to 8) says, and every `every`th pixel
// of it. A photo stays in luma and chroma, a third of what its colours would take.
func turn(src image.Image, o, every int) image.Image {
	if (o < 2 || o > 8) && every == 1 {
		return src
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, max(1, w/every), max(1, h/every))
	if o >= 5 && o <= 8 { // the four that lie on their side
		size = image.Rect(0, 0, size.Dy(), size.Dx())
	}
	from := where(o, w, h)
	at := func(x, y int) (int, int) {
		sx, sy := from(x*every, y*every)
		return b.Min.X + min(max(sx, 0), w-1), b.Min.Y + min(max(sy, 0), h-1)
	}
	switch s := src.(type) {
	case *image.YCbCr:
		return turnPhoto(s, size, at)
	case *image.Gray:
		dst := image.NewGray(size)
		for y := range size.Dy() {
			for x := range size.Dx() {
				sx, sy := at(x, y)
				dst.Pix[dst.PixOffset(x, y)] = s.Pix[s.PixOffset(sx, sy)]
			}
		}
		return dst
	}
	dst := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := at(x, y)
			draw.Draw(dst, image.Rect(x, y, x+1, y+1), src, image.Pt(sx, sy), draw.Src)
		}
	}
	return dst
}

// turnPhoto turns luma and chroma. What comes out is 4:2:0, which is what is written.
func turnPhoto(src *image.YCbCr, size image.Rectangle, at func(x, y int) (int, int)) image.Image {
	dst := image.NewYCbCr(size, image.YCbCrSubsampleRatio420)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := at(x, y)
			dst.Y[dst.YOffset(x, y)] = src.Y[src.YOffset(sx, sy)]
			if x%2 == 0 && y%2 == 0 {
				d, s := dst.COffset(x, y), src.COffset(sx, sy)
				dst.Cb[d], dst.Cr[d] = src.Cb[s], src.Cr[s]
			}
		}
	}
	return dst
}
