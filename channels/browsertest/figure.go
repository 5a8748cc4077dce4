package browsertest

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Figure keeps a picture of what the window shows for a guide that people open on a phone's
// network: as View does, in 256 colours, a third of the bytes.
func (tab *Tab) Figure(name string, width, height int64) {
	if tab.shots == "" {
		return
	}
	tab.View(name, width, height)
	path := filepath.Join(tab.shots, name+".png")
	if err := shrink(path); err != nil {
		tab.t.Logf("no smaller picture of %s: %v", name, err)
	}
}

// shrink writes a picture of a page anew with the colours it has most of.
func shrink(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	from, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return err
	}
	to := image.NewPaletted(from.Bounds(), most(from))
	near := map[color.Color]uint8{}
	for y := from.Bounds().Min.Y; y < from.Bounds().Max.Y; y++ {
		for x := from.Bounds().Min.X; x < from.Bounds().Max.X; x++ {
			c := from.At(x, y)
			at, known := near[c]
			if !known {
				at = uint8(to.Palette.Index(c))
				near[c] = at
			}
			to.SetColorIndex(x, y, at)
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// most is a palette of what a picture has most of; colours that no eye tells apart count as one.
func most(m image.Image) color.Palette {
	const alike = 0xf0 // the upper four bits of each
	count, first := map[[3]uint8]int{}, map[[3]uint8]map[color.Color]int{}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			k := [3]uint8{c.R & alike, c.G & alike, c.B & alike}
			if first[k] == nil {
				first[k] = map[color.Color]int{}
			}
			count[k]++
			first[k][c]++
		}
	}
	groups := slices.SortedFunc(maps.Keys(count), func(a, b [3]uint8) int { return cmp.Compare(count[b], count[a]) })
	var p color.Palette
	for _, k := range groups[:min(len(groups), 256)] {
		var best color.Color
		for c, n := range first[k] {
			if best == nil || n > first[k][best] {
				best = c
			}
		}
		p = append(p, best)
	}
	return p
}
