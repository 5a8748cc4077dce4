package bulk

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/tables"
	"lianou/core/wording"
)

const today = core.Date(20_785) // 2026-11-28

// A day is the same day in every form that people and spreadsheets give it, and the
// day after today is none of them.
// Control: readDate with 1900-01-01 as day 0 of a spreadsheet.
func TestDatesInEveryForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := core.Date(rapid.Int32Range(int32(core.NewDate(1900, 3, 1)), int32(today)+400).Draw(t, "day"))
		y, m, day := d.Time().Date()
		early := rapid.SampledFrom([]int{0, 1462}).Draw(t, "early")
		serial := int(d-core.NewDate(1899, 12, 30)) - early
		forms := []tables.Cell{{Text: d.String()}, {Text: fmt.Sprintf("%d/%d/%d", y, m, day)}, {Text: fmt.Sprintf("%d.%d.%d", y, m, day)},
			{Text: fmt.Sprintf("%d年%d月%d日", y, m, day)}, {Text: d.Time().Format("20060102")}, {Text: d.String() + " 00:00:00"}, {Text: d.String() + "T08:00:00"}}
		if serial >= firstSerial {
			forms = append(forms, tables.Cell{Text: strconv.Itoa(serial) + ".75", Kind: tables.Number})
		}
		if serial >= firstSerial && (serial < firstYear || serial > lastYear) { // else it may be a year
			forms = append(forms, tables.Cell{Text: strconv.Itoa(serial), Kind: tables.Number})
		}
		for _, c := range forms {
			got, bad := dateOf(c, early, today)
			if d > today && bad != futureDate || d <= today && (got != d || bad != "") {
				t.Fatalf("%q is %s %q, want %s", c.Text, got, bad, d)
			}
		}
	})
}

// A year alone in a workbook's cell is no day of 1905.
// Control: readDate without firstYear and lastYear.
func TestAYearIsNoDay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1900", "1956", "1985", "2026", "2099"} {
		for _, early := range []int{0, 1462} {
			if d, bad := dateOf(tables.Cell{Text: text, Kind: tables.Number}, early, today); bad != badDate {
				t.Errorf("%s is %s %q", text, d, bad)
			}
		}
	}
}

// Nothing that goes into a refusal file is computed by a spreadsheet.
// Control: quoteAll without the signs of full width, or without the figures.
func TestNothingIsComputed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+@\-＝＋－＠\t\r]?[0-9A-Z(]{0,20}`), rapid.StringMatching(`[0-9]{12,19}X?`)).Draw(t, "cell")
		got := quoteAll([]string{s})[0]
		switch {
		case got != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", first(got)):
			t.Fatalf("%q is computed", got)
		case len(got) > 11 && strings.Trim(got, "0123456789") == "":
			t.Fatalf("%q becomes a figure", got)
		case strings.TrimPrefix(got, textMark) != strings.TrimPrefix(strings.ReplaceAll(s, "\x00", ""), textMark):
			t.Fatalf("%q became %q", s, got)
		}
	})
}

// What waits in the staging table comes out as it went in.
// Control: pack without the day of moving in.
func TestPackedPerson(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := "371426" + core.Date(rapid.Int32Range(0, int32(today)).Draw(t, "birth")).Time().Format("20060102") + fmt.Sprintf("%03d", rapid.IntRange(1, 999).Draw(t, "sequence"))
		id, err := core.ParseID(first+string(core.IDCheckDigit(first)), today)
		if err != nil {
			t.Fatal(err)
		}
		phone, _ := core.ParsePhone("13905341234")
		p := person{name: rapid.StringMatching(`\p{Han}{2,4}`).Draw(t, "name"), id: id, birth: id.Birth(), sex: "male", relation: "child", phone: phone,
			place: "371426104200", detail: rapid.StringMatching(`[0-9]{0,3}号?`).Draw(t, "door"), hukou: "371426", since: core.Date(rapid.Int32Range(0, int32(today)).Draw(t, "since"))}
		if rapid.Bool().Draw(t, "bare") {
			p.id, p.phone, p.hukou, p.since = core.IDNumber{}, core.Phone{}, "", 0
		}
		got, err := unpackPerson(p.pack(), today)
		if err != nil || got != p {
			t.Fatalf("%v %s", err, cmp.Diff(p.pack(), got.pack()))
		}
	})
}

// The words of every reason tell what is wrong and what to do, in short sentences of
// the voice of this product.
func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	for _, r := range []reason{badName, badText, badFormula, badID, digitID, birthID, floatID, roundID, oldID, floatText, badPhone, badDate, futureDate, badRelation, badSex, sexDiffers,
		birthDiffers, noBirth, noPlace, manyPlaces, badHukou, missing, nameDiffers, moved, elsewhere, alike, twice, alikeRow, villages, split, large, twoHeads, headThere, headsThere, twoSpouses, childSpouse, unknown, noHome,
		badValue, badWord, badNumber, badSign, noFacts, reason(tables.NUL), reason(tables.Encoding), reason(tables.LongCell), reason(tables.LongRow), reason(tables.Columns), reason(tables.Quote), reason(tables.Formula)} {
		a, ok := adviceOf()[r]
		if !ok || a.why == "" || a.mend == "" || strings.ContainsAny(a.why+a.mend, "!！") || strings.Trim(string(r), "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("%s: %+v", r, a)
		}
	}
}

// Whoever wrote a word that is not in a list, letters for a number, or one digit wrong is told
// what may stand there, in a sentence that has an end.
// Controls: adviseField that gives advise(r) ("area does not name 城镇"); idNumber with badID
// for every number that is none ("id_number, want id_digit").
func TestTheReasonListsTheWords(t *testing.T) {
	t.Parallel()
	for _, path := range factPaths() {
		fact, ok := wording.HouseholdFact(path)
		if !ok {
			fact, _ = wording.MemberFact(path)
		}
		if path == "shocks.date" {
			if _, bad := factValue(path, tables.Cell{Text: "哪天"}, 0, today); bad != badDate {
				t.Errorf("a day that is none: %q", bad)
			}
			continue
		}
		_, bad := factValue(path, tables.Cell{Text: "腿脚"}, 0, today)
		said := adviseField(bad, path, nil).mend
		if len(fact.Options) == 0 && (bad != badNumber || !strings.Contains(said, "只写数,是几"+fact.Unit)) {
			t.Errorf("%s: %q %q", path, bad, said)
		}
		if len(fact.Options) == 0 {
			if _, bad := factValue(path, tables.Cell{Text: "-9999"}, 0, today); bad != badSign {
				t.Errorf("%s: a mark for what is not known: %q", path, bad)
			}
			if v, bad := factValue(path, tables.Cell{Text: "2"}, 0, today); bad != "" || v != json.Number("2") {
				t.Errorf("%s: 2 is %v, %q", path, v, bad)
			}
		}
		for _, o := range fact.Options {
			if !strings.Contains(said, o.Word) {
				t.Errorf("%s does not name %s: %q", path, o.Word, said)
			}
		}
		if len(said) > 400 {
			t.Errorf("%s: %d bytes", path, len(said))
		}
	}
	if got := listed(make([]string, 1000)); !strings.HasSuffix(got, " 等") || len(got) > 200 {
		t.Errorf("a list without an end: %q", got)
	}
	for text, want := range map[string]reason{"37142619600101111": badID, "37142619600101A11X": badID, "371426020201011119": birthID} {
		if want == birthID { // the check digit is right, the day is none
			text = text[:17] + string(core.IDCheckDigit(text[:17]))
		}
		if _, bad := idNumber(tables.Cell{Text: text}, today, false); bad != want {
			t.Errorf("%s: %s, want %s", text, bad, want)
		}
	}
	right := "37142619600101111"
	digit := core.IDCheckDigit(right)
	for d := range "0123456789X" {
		c := "0123456789X"[d]
		if _, bad := idNumber(tables.Cell{Text: right + string(c)}, today, false); c != digit && bad != digitID {
			t.Errorf("%s%c: %s, want %s", right, c, bad, digitID)
		}
	}
}
