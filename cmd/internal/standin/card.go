package standin

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // clients may re-encode a photo before they send it
	"image/png"
	"strings"
)

// A synthetic card shows its number and the words SYNTHETIC SAMPLE, and carries
// what the stand-in's OCR "reads" in a field of black and white cells below. The
// cells survive scaling and JPEG; metadata would not survive a client that
// strips it, as ours must.
const (
	cardW, cardH   = 856, 540 // the proportions of an ID-1 card
	cellsX, cellsY = 80, 8
	cell           = 8
	fieldX, fieldY = 108, 452
	cardMagic      = "莲" // three bytes no photograph has in the right place
)

var errNoCard = errors.New("no card in the picture")

// cardFace is what a card says.
type cardFace struct {
	Front    bool
	Name, ID string
}

// CardPNG draws one side of a person's synthetic identity card. Errors only when
// the name is longer than a card has room for.
func CardPNG(p Person, front bool) ([]byte, error) {
	bits, err := encodeFace(cardFace{front, p.Name, p.ID})
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, cardW, cardH))
	paper, ink, leaf := color.RGBA{0xf6, 0xf4, 0xee, 255}, color.RGBA{0x1d, 0x27, 0x33, 255}, color.RGBA{0x1f, 0x66, 0x50, 255}
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	box(img, image.Rect(0, 0, cardW, 76), leaf)
	write(img, image.Pt(32, 20), 5, paper, "SYNTHETIC SAMPLE")
	if front {
		box(img, image.Rect(620, 120, 790, 330), color.RGBA{0xdc, 0xd8, 0xcd, 255})
		write(img, image.Pt(32, 120), 4, ink, "FRONT "+p.Key)
		write(img, image.Pt(32, 190), 4, ink, "BORN "+p.ID[6:14])
		write(img, image.Pt(32, 370), 6, ink, p.ID)
	} else {
		write(img, image.Pt(32, 120), 4, ink, "BACK "+p.Key)
		write(img, image.Pt(32, 370), 5, ink, "VALID "+strings.ReplaceAll(p.ValidDate, "长期", "ALWAYS"))
	}
	write(img, image.Pt(32, 270), 3, ink, "NOT A REAL CARD")
	for i := range cellsX * cellsY {
		if bits[i/8]>>(7-i%8)&1 == 1 {
			x, y := fieldX+i%cellsX*cell, fieldY+i/cellsX*cell
			box(img, image.Rect(x, y, x+cell, y+cell), color.Black)
		}
	}
	var out bytes.Buffer
	err = png.Encode(&out, img)
	return out.Bytes(), err
}

func box(img draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// encodeFace: magic, side, number, length and text of the name, CRC-32 of it all.
func encodeFace(f cardFace) ([]byte, error) {
	if len(f.ID) != 18 || len(f.Name) > 40 {
		return nil, fmt.Errorf("a card cannot show a name of %d bytes and a number of %d", len(f.Name), len(f.ID))
	}
	side := byte('B')
	if f.Front {
		side = 'F'
	}
	b := append([]byte(cardMagic), side)
	b = append(append(b, f.ID...), byte(len(f.Name)))
	b = append(b, f.Name...)
	b = append(b, make([]byte, cellsX*cellsY/8-4-len(b))...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

// readCard finds a synthetic card that fills the picture, in any size.
func readCard(picture []byte) (cardFace, error) {
	// Bounds before pixels: a small file may claim a gigapixel picture.
	head, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || head.Width > 8000 || head.Height > 8000 {
		return cardFace{}, errNoCard
	}
	img, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return cardFace{}, errNoCard
	}
	bits := make([]byte, cellsX*cellsY/8)
	size := img.Bounds()
	for i := range cellsX * cellsY {
		x := (fieldX + i%cellsX*cell + cell/2) * size.Dx() / cardW
		y := (fieldY + i/cellsX*cell + cell/2) * size.Dy() / cardH
		if g := color.GrayModel.Convert(img.At(size.Min.X+x, size.Min.Y+y)).(color.Gray); g.Y < 128 {
			bits[i/8] |= 1 << (7 - i%8)
		}
	}
	return decodeFace(bits)
}

func decodeFace(b []byte) (cardFace, error) {
	body := b[:len(b)-4]
	if !bytes.HasPrefix(body, []byte(cardMagic)) || binary.BigEndian.Uint32(b[len(b)-4:]) != crc32.ChecksumIEEE(body) {
		return cardFace{}, errNoCard
	}
	n := int(body[22])
	return cardFace{Front: body[3] == 'F', ID: string(body[4:22]), Name: string(body[23 : 23+min(n, 40)])}, nil
}
