// Package idcardtest draws identity cards of invented people, as a telephone would
// photograph them, for tests of what reads them.
package idcardtest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// Person is what a card says. All of it is invented.
type Person struct {
	Name, Sex, Nation, ID string
	Address               []string // lines
	From, Until           string   // "2018.01.05"
}

// Zhang is the person of the doors' fixtures.
var Zhang = Person{Name: "张桂兰", Sex: "女", Nation: "汉", ID: "371424196303150028",
	Address: []string{"山东省德州市临邑县", "王庙镇前张村12号"}, From: "2018.01.05", Until: "2038.01.05"}

// Photo is how badly a card was photographed.
type Photo struct {
	Degrees float64 // turned, clockwise
	Blur    int     // radius of a box blur, in pixels of the picture
	Dim     float64 // part of the light that is missing, 0 to 1
	Far     bool    // the card fills half of the picture
}

const width, height = 1012, 638 // an ID-1 card at 300 dpi

// fonts are where Debian and macOS keep a face with Chinese signs.
var fonts = []string{"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/*/*/NotoSansCJK*.ttc", "/usr/share/fonts/*/NotoSansCJK*",
	"/System/Library/Fonts/PingFang.ttc", "/System/Library/Fonts/STHeiti Medium.ttc", "/System/Library/Fonts/Hiragino Sans GB.ttc"}

// Pen draws cards with one font. Safe for one goroutine.
type Pen struct {
	font  *opentype.Font
	faces map[float64]font.Face
}

// NewPen finds a font.
func NewPen(t testing.TB) *Pen {
	t.Helper()
	for _, pattern := range fonts {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		for _, path := range found {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			list, err := opentype.ParseCollection(raw)
			if err != nil {
				t.Fatal(err)
			}
			one, err := list.Font(min(2, list.NumFonts()-1)) // of Noto's collection the third is SC
			if err != nil {
				t.Fatal(err)
			}
			return &Pen{font: one, faces: map[float64]font.Face{}}
		}
	}
	t.Fatal("no font with Chinese signs: .ci/tools fonts")
	return nil
}

func (p *Pen) write(img draw.Image, x, y int, size float64, ink color.Color, words string) {
	if p.faces[size] == nil {
		face, err := opentype.NewFace(p.font, &opentype.FaceOptions{Size: size, DPI: 72})
		if err != nil {
			panic(err) // a size that we wrote
		}
		p.faces[size] = face
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: p.faces[size], Dot: fixed.P(x, y)}
	d.DrawString(words)
}

var (
	paper = color.RGBA{0xea, 0xf0, 0xf2, 255}
	line  = color.RGBA{0xd4, 0xe2, 0xe6, 255}
	label = color.RGBA{0x3b, 0x78, 0xa8, 255}
	ink   = color.RGBA{0x1c, 0x1c, 0x1e, 255}
	table = color.RGBA{0x6d, 0x5c, 0x4b, 255}
)

// ground is the paper with its fine waves.
func ground() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	for wave := 0; wave < height; wave += 9 {
		for x := range width {
			img.Set(x, wave+int(6*math.Sin(float64(x+wave)/40)), line)
		}
	}
	return img
}

// Front draws the side with the name.
func (p *Pen) Front(who Person) *image.RGBA {
	img := ground()
	at := func(x, y int, name, value string) {
		p.write(img, x, y, 32, label, name)
		p.write(img, x+96, y, 36, ink, value)
	}
	at(64, 104, "姓 名", who.Name)
	at(64, 178, "性 别", who.Sex)
	at(260, 178, "民 族", who.Nation)
	p.write(img, 64, 252, 32, label, "出 生")
	for i, part := range []string{who.ID[6:10], "年", trim(who.ID[10:12]), "月", trim(who.ID[12:14]), "日"} {
		c := color.Color(ink)
		if i%2 == 1 {
			c = label
		}
		p.write(img, []int{160, 250, 300, 345, 390, 440}[i], 252, 34, c, part)
	}
	at(64, 326, "住 址", who.Address[0])
	for i, more := range who.Address[1:] {
		p.write(img, 160, 376+50*i, 36, ink, more)
	}
	p.write(img, 64, 560, 32, label, "公民身份号码")
	p.write(img, 330, 562, 44, ink, who.ID)
	draw.Draw(img, image.Rect(680, 90, 930, 440), image.NewUniform(color.RGBA{0xb9, 0xc4, 0xc9, 255}), image.Point{}, draw.Src)
	return img
}

func trim(s string) string {
	if s[0] == '0' {
		return s[1:]
	}
	return s
}

// Back draws the side with the emblem.
func (p *Pen) Back(who Person) *image.RGBA {
	img := ground()
	draw.Draw(img, image.Rect(70, 60, 230, 230), image.NewUniform(color.RGBA{0xc8, 0x4b, 0x41, 255}), image.Point{}, draw.Src)
	p.write(img, 290, 130, 54, ink, "中华人民共和国")
	p.write(img, 290, 220, 70, ink, "居 民 身 份 证")
	p.write(img, 200, 480, 32, label, "签发机关")
	p.write(img, 370, 480, 34, ink, "临邑县公安局")
	p.write(img, 200, 550, 32, label, "有效期限")
	p.write(img, 370, 550, 34, ink, who.From+"-"+who.Until)
	return img
}

// Shot is the picture a telephone makes of a card, as JPEG.
func Shot(t testing.TB, card image.Image, how Photo) []byte {
	t.Helper()
	w, h := 1600, 1200
	scale := 1.35
	if how.Far {
		scale = 0.8
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(table), image.Point{}, draw.Src)
	sin, cos := math.Sincos(how.Degrees * math.Pi / 180)
	cx, cy := float64(width)/2*scale, float64(height)/2*scale
	at := f64.Aff3{scale * cos, -scale * sin, float64(w)/2 - cx*cos + cy*sin, scale * sin, scale * cos, float64(h)/2 - cx*sin - cy*cos}
	draw.BiLinear.Transform(out, at, card, card.Bounds(), draw.Src, nil)
	if how.Blur > 0 {
		out = blur(out, how.Blur)
	}
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = uint8(float64(out.Pix[i]) * (1 - how.Dim))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// blur averages along the rows and then along the columns.
func blur(src *image.RGBA, r int) *image.RGBA {
	for _, step := range []image.Point{{1, 0}, {0, 1}} {
		dst := image.NewRGBA(src.Bounds())
		for y := range src.Rect.Dy() {
			for x := range src.Rect.Dx() {
				var sum [3]int
				for k := -r; k <= r; k++ {
					q := src.PixOffset(clamp(x+k*step.X, src.Rect.Dx()), clamp(y+k*step.Y, src.Rect.Dy()))
					for c := range sum {
						sum[c] += int(src.Pix[q+c])
					}
				}
				p := dst.PixOffset(x, y)
				for c := range sum {
					dst.Pix[p+c] = uint8(sum[c] / (2*r + 1))
				}
				dst.Pix[p+3] = 255
			}
		}
		src = dst
	}
	return src
}

func clamp(v, n int) int { return max(0, min(v, n-1)) }
