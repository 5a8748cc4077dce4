package jobs

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianou/core"
)

// plain lets cmp look into the masked types, by what they reveal.
var plain = cmp.Options{
	cmp.Comparer(func(a, b core.IDNumber) bool { return a.Reveal() == b.Reveal() }),
	cmp.Comparer(func(a, b core.Phone) bool { return a.Reveal() == b.Reveal() }),
	cmp.Comparer(func(a, b core.BankAccount) bool { return a.Reveal() == b.Reveal() }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
}

func drawID(t *rapid.T, label string) core.IDNumber {
	if rapid.Bool().Draw(t, label+" unknown") {
		return core.IDNumber{}
	}
	born := core.NewDate(1930+rapid.IntRange(0, 90).Draw(t, "year"), 1, 1).AddDate(0, 0, rapid.IntRange(0, 364).Draw(t, "day"))
	first := fmt.Sprintf("371402%s%03d", strings.ReplaceAll(born.String(), "-", ""), rapid.IntRange(0, 999).Draw(t, "sequence"))
	id, err := core.ParseID(first+string(core.IDCheckDigit(first)), core.NewDate(2026, 11, 23))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func drawTime(t *rapid.T, label string) time.Time {
	return time.Unix(1_767_225_600+rapid.Int64Range(0, 1e8).Draw(t, label), rapid.Int64Range(0, 999_999).Draw(t, label+" µs")*1000).UTC()
}

func drawApplication(t *rapid.T) core.Application {
	text := rapid.StringN(0, 40, 200)
	a := core.Application{
		ID: "0198f000-0000-7000-8000-000000000001", Receipt: core.Receipt(text.Draw(t, "receipt")), Channel: "app",
		Key: text.Draw(t, "key"), At: time.Date(2026, 11, 23, 8, 0, 0, 123456000, time.UTC),
		Contact: core.Contact{Name: text.Draw(t, "name"), Capacity: core.CapacitySelf, ID: drawID(t, "contact"),
			CitizenID: text.Draw(t, "citizen"), Staff: core.StaffID(rapid.Int64().Draw(t, "staff"))},
		Applicant: core.Applicant{Ref: "m1", Name: text.Draw(t, "applicant"), ID: drawID(t, "applicant")},
		Live:      core.Place{Region: "371402001", Detail: text.Draw(t, "detail")},
		Household: core.Household{On: core.NewDate(2026, 11, 23), County: "371402", Members: []core.Member{{Ref: "m1"}}},
		Story:     text.Draw(t, "story"), Urgent: rapid.Bool().Draw(t, "urgent"),
	}
	if rapid.Bool().Draw(t, "phone") {
		a.Contact.Phone, _ = core.ParsePhone(rapid.SampledFrom([]string{"13905340001", "0534-2612345"}).Draw(t, "phone number"))
	}
	if rapid.Bool().Draw(t, "income") {
		v := core.Fen(rapid.Int64Range(-1e9, 1e9).Draw(t, "fen"))
		a.Household.IncomePerCapitaMonth = &v
	}
	if rapid.Bool().Draw(t, "shocks") {
		a.Household.Shocks = &[]core.Shock{}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "people") {
		a.People = append(a.People, core.NamedMember{Ref: core.MemberRef(fmt.Sprint("m", i)), Name: text.Draw(t, "member"), ID: drawID(t, "member")})
	}
	a.Items = rapid.SampledFrom([][]core.ItemCode{nil, {}, {"MZ-01"}, {"MZ-01", "MZ-03"}}).Draw(t, "items")
	if rapid.Bool().Draw(t, "sources") {
		a.Sources = map[string]core.Provenance{"members/m1/age": {Said: "citizen", By: "app", At: drawTime(t, "said"), FromMS: 12, ToMS: 99, Unrecorded: rapid.Bool().Draw(t, "unrecorded")}}
	}
	if rapid.Bool().Draw(t, "signature") {
		a.Consent = []core.Consent{{Purpose: "process", Version: "1", How: "tick", At: drawTime(t, "consent")}}
		a.Signature = &core.Signature{Strokes: "aa", Document: "bb", At: drawTime(t, "signed"), Witness: []string{"甲"}}
		a.Papers = []core.Paper{{Kind: core.PaperOral, Digest: "cc", MIME: "audio/wav", Size: 5}}
		a.Call = &core.CallRef{ID: "c", Caller: "139****0001", Pending: true}
		account, err := core.ParseBankAccount("6222020200012345670")
		if err != nil {
			t.Fatal(err)
		}
		a.Account = &account
	}
	return a
}

// Control: leaving any one field out of encode or application() turns this red.
func TestCodecRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawApplication(t)
		b, err := encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, plain); d != "" {
			t.Fatal(d)
		}
	})
}

// Every field of core.Application must be filled in one example, so that a new
// field cannot be forgotten by the property above as well.
func TestCodecIsStrict(t *testing.T) {
	t.Parallel()
	good, err := encode(core.Application{ID: "x", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(good); err != nil {
		t.Fatalf("the accepted case: %v", err)
	}
	change := func(edit func(map[string]any)) []byte {
		var m map[string]any
		if err := json.Unmarshal(good, &m); err != nil {
			t.Fatal(err)
		}
		edit(m)
		b, _ := json.Marshal(m)
		return b
	}
	for name, b := range map[string][]byte{
		"unknown field":      change(func(m map[string]any) { m["more"] = 1 }),
		"unknown deep field": change(func(m map[string]any) { m["household"].(map[string]any)["more"] = 1 }),
		"other version":      change(func(m map[string]any) { m["v"] = 4 }),
		"wrong ID number":    change(func(m map[string]any) { m["applicant"].(map[string]any)["id"] = "371402196001010011" }),
		"wrong phone":        change(func(m map[string]any) { m["contact"].(map[string]any)["phone"] = "1390534000" }),
		"two values":         append(append([]byte{}, good...), '1'),
		"cut off":            good[:len(good)-1],
	} {
		if _, err := decode(b); core.KindOf(err) != core.KindInternal || err == nil {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "3714") || strings.Contains(err.Error(), "1390") {
			t.Errorf("%s: the error quotes the person: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, _ := encode(core.Application{ID: "x", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	f.Add(good)
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decode(b)
		if err != nil {
			return
		}
		if _, err := encode(a); err != nil {
			t.Errorf("decoded what cannot be encoded: %v", err)
		}
	})
}
