package payout

import (
	"bytes"
	"strings"
	"testing"
)

// rareNames are names as cards bear them, with their bytes as Python's gb18030 codec gives
// them, which nobody here wrote.
var rareNames = map[string]string{
	"欧𬭎":       "\xc5\xb7\x99\x33\xa9\x32",                                         // Ext E
	"张㛃":       "\xd5\xc5\x82\x30\xb7\x31",                                         // Ext A
	"𠮷野":       "\x95\x34\xb2\x35\xd2\xb0",                                         // Ext B
	"龚䶮":       "\xb9\xa8\xfe\x9f",                                                 // of two bytes, though it is Ext A
	"李〇":       "\xc0\xee\xa9\x96",                                                 // a letter to nobody but Chinese
	"阿依古丽·买买提": "\xb0\xa2\xd2\xc0\xb9\xc5\xc0\xf6\xa1\xa4\xc2\xf2\xc2\xf2\xcc\xe1", // one dot
}

// A name of rare characters reaches the bank as it stands on the card, in its field's width,
// and comes back from the bank's bytes the same; what is no GB18030 at all does not pass.
//
// Control: the record's text in GBK: "name does not fit the line".
func TestRareNamesInTheBankFile(t *testing.T) {
	t.Parallel()
	for name, want := range rareNames {
		o, _ := goldenOrder(t)
		o.Lines[0].Name = name
		raw, err := o.Bytes()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		const before = 1 + 8 + 20 + 20 // of a line
		line := bytes.Split(raw, []byte("\r\n"))[1]
		if got := line[before : before+40]; string(got) != want+strings.Repeat(" ", 40-len(want)) || len(line) != 148 {
			t.Errorf("%s: % x in a line of %d", name, got, len(line))
		}
		f := fields{rest: line[before:]}
		if back := f.text(40); back != name || f.bad {
			t.Errorf("%s comes back as %q", name, back)
		}
		if err := checkHolder(name); err != nil {
			t.Errorf("%s of a card: %v", name, err)
		}
	}
	for name, kept := range map[string]bool{strings.Repeat("𬭎", 10): true, strings.Repeat("𬭎", 11): false, "": false} {
		if err := checkHolder(name); (err == nil) != kept {
			t.Errorf("%q: %v", name, err)
		}
	}
}
