package desk

import "lianou/core/hardship"

// An IndexPart is one of the seven parts of the hardship index (困难指数), in the order of
// core/hardship, with the colour it is drawn in.
type IndexPart struct {
	Name   string
	Max    int // points
	Fill   string
	Tenths int
}

// fills are the colours of the parts.
var fills = [...]string{"#1f6650", "#3d8c72", "#a83e67", "#c98a2b", "#1d5a94", "#51606e", "#a61b1b"}

// IndexParts names what the parts of an index come to, in tenths.
func IndexParts(tenths []int) []IndexPart {
	var table []IndexPart
	names, most := hardship.Names(), hardship.Even.Tops()
	for i, fill := range fills {
		table = append(table, IndexPart{Name: names[i], Max: most[i] / 10, Fill: fill})
	}
	for i := range table {
		if i < len(tenths) {
			table[i].Tenths = tenths[i]
		}
	}
	return table
}

// IndexBar is one rectangle of the index's picture; the whole is 1000 wide, one for each
// tenth.
type IndexBar struct {
	X, W int
	Fill string
}

// The colours of an index of which only the two ends are known: of no part.
const (
	fillLeast = "#2d3338"
	fillOpen  = "#cfd6da"
)

// StackIndex draws an index: what is known in the colours of its parts, and light what it
// may still be. Lists go by what is known; a bar up to the highest would put a household of
// whom nobody asked anything before all others. tenths are what the parts come to at least;
// where they are not known, and come to something else than low, the known is drawn in a
// colour that is no part's, so that nobody takes it for one.
func StackIndex(low, high int, tenths []int) []IndexBar {
	var out []IndexBar
	x := 0
	for _, p := range IndexParts(tenths) {
		out = append(out, IndexBar{x, p.Tenths, p.Fill})
		x += p.Tenths
	}
	if x != low {
		out = []IndexBar{{0, low, fillLeast}}
	}
	if low != high {
		out = append(out, IndexBar{low, high - low, fillOpen})
	}
	return out
}

// bandWords are the bands of the index (sample cut-offs): tone and word.
func bandWords(band string) (tone, word string) {
	switch band {
	case "red":
		return "red", "红"
	case "orange":
		return "amber", "橙"
	case "yellow":
		return "amber", "黄"
	case "blue":
		return "blue", "蓝"
	default:
		return "", "无"
	}
}
