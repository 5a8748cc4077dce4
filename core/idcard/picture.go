package idcard

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// longest is the longer side of a picture that is read, in pixels: signs of a card that
// fills half of it are still 20 pixels high, and more pixels cost time and read no better.
const longest = 1200

// Picture is a photo made small, without anything but its pixels.
type Picture struct{ img *image.RGBA }

// NewPicture makes the picture that readers get of a checked one. It costs some 8 MB.
func NewPicture(src image.Image) Picture {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > longest {
		w, h = max(1, w*longest/most), max(1, h*longest/most)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	return Picture{dst}
}

// JPEG is the picture for a service that reads.
func (p Picture) JPEG() ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, p.img, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}

// least is how small a picture may be in which a card can be read, and how much of the
// light its signs must differ by.
const (
	leastSide  = 150
	leastLight = 24
)

// gray gives the picture in greys from black to white, however dim it was taken. Small
// ones are made larger: a sign under 20 pixels is not read. It reports whether there can
// be anything in it: of noise tesseract makes words for many seconds.
func (p Picture) gray() (*image.Gray, bool) {
	b := p.img.Bounds()
	if min(b.Dx(), b.Dy()) < leastSide {
		return nil, false
	}
	g := image.NewGray(b)
	var count [256]int
	for y := range b.Dy() {
		for x := range b.Dx() {
			v := color.GrayModel.Convert(p.img.RGBAAt(x, y)).(color.Gray).Y
			g.Pix[g.PixOffset(x, y)] = v
			count[v]++
		}
	}
	low, high := ends(count, len(g.Pix)/100)
	if high-low < leastLight {
		return nil, false
	}
	for i, v := range g.Pix {
		g.Pix[i] = uint8(max(0, min(255, (int(v)-low)*255/max(1, high-low))))
	}
	const wide = 1000
	if b.Dx() >= wide || b.Dy() > b.Dx() {
		return g, true
	}
	big := image.NewGray(image.Rect(0, 0, wide, b.Dy()*wide/b.Dx()))
	draw.ApproxBiLinear.Scale(big, big.Rect, g, b, draw.Src, nil)
	return big, true
}

// ends are the greys below and above which `few` pixels lie.
func ends(count [256]int, few int) (low, high int) {
	for n := 0; low < 255 && n+count[low] <= few; low++ {
		n += count[low]
	}
	high = 255
	for n := 0; high > 0 && n+count[high] <= few; high-- {
		n += count[high]
	}
	return low, high
}

// straight turns a picture so that its lines of words lie level, as far as 10 degrees.
func straight(g *image.Gray) *image.Gray {
	degrees := lean(g)
	if degrees == 0 {
		return g
	}
	return turned(g, -degrees)
}

// turned turns a picture around its middle, clockwise.
func turned(g *image.Gray, degrees float64) *image.Gray {
	b := g.Bounds()
	out := image.NewGray(b)
	for i := range out.Pix {
		out.Pix[i] = 128
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(b.Dx())/2, float64(b.Dy())/2
	draw.ApproxBiLinear.Transform(out, f64.Aff3{cos, -sin, cx - cx*cos + cy*sin, sin, cos, cy - cx*sin - cy*cos}, g, b, draw.Src, nil)
	return out
}

// lean is by how many degrees the lines of words are turned: at the right angle the rows
// of edges differ most from each other, because rows of words and rows between them do.
func lean(g *image.Gray) float64 {
	const step = 2 // every second pixel is enough
	b := g.Bounds()
	type edge struct{ x, y float64 }
	var edges []edge
	for y := 0; y < b.Dy(); y += step {
		for x := step; x < b.Dx(); x += step {
			here, before := int(g.GrayAt(x, y).Y), int(g.GrayAt(x-step, y).Y)
			if here-before > 60 || before-here > 60 {
				edges = append(edges, edge{float64(x), float64(y)})
			}
		}
	}
	var best, at float64
	for tenth := -100; tenth <= 100; tenth += 5 {
		sin, cos := math.Sincos(float64(tenth) / 10 * math.Pi / 180)
		rows := make([]float64, 2*(b.Dx()+b.Dy()))
		for _, e := range edges {
			rows[int(e.y*cos-e.x*sin)/2+len(rows)/2]++
		}
		var sum float64
		for i := 1; i < len(rows); i++ {
			d := rows[i] - rows[i-1]
			sum += d * d
		}
		if sum > best*1.02 || tenth == 0 && sum >= best {
			best, at = sum, float64(tenth)/10
		}
	}
	return at
}
