package names

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

//go:embed data/traditional.txt
var traditional string

//go:embed data/variants.txt
var variants string

// Unknown stands in a folded name for a character that could not be written.
const Unknown = '□'

// Table knows characters. It is safe for concurrent use.
type Table struct {
	plain    map[rune]rune // the character that stands for this one
	readings sync.Map      // rune -> string: pinyin without tone
}

// New makes a ready Table.
func New() *Table {
	t := &Table{plain: make(map[rune]rune, 4400)}
	for _, list := range []string{traditional, variants} { // ours last: it knows names
		for line := range strings.Lines(list) {
			pair := []rune(strings.TrimSpace(line))
			t.plain[pair[0]] = pair[1]
		}
	}
	return t
}

// plainOf follows a character to the one that stands for it: 寳 to 寶 to 宝.
func (t *Table) plainOf(c rune) rune {
	for range 4 { // the longest way is two; the bound is against a ring in the tables
		next, ok := t.plain[c]
		if !ok {
			break
		}
		c = next
	}
	return c
}

// readInNames are characters that a name reads otherwise than the commonest word,
// wherever they stand in it.
var readInNames = map[rune]string{'卜': "bu", '茜': "qian", '贾': "jia", '盛': "sheng", '长': "chang", '行': "xing", '乐': "le"}

// reading is the commonest reading of one character, "" for none. The library
// parses its table anew each time, so readings are kept.
func (t *Table) reading(c rune) string {
	if known, ok := t.readings.Load(c); ok {
		return known.(string)
	}
	reading := readInNames[c]
	if got := pinyin.SinglePinyin(c, pinyin.NewArgs()); reading == "" && len(got) > 0 {
		reading = strings.ReplaceAll(got[0], "ü", "v")
	}
	t.readings.Store(c, reading)
	return reading
}
