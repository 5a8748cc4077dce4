package core_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lianou/core"

	"pgregory.net/rapid"
)

var today = core.NewDate(2024, 3, 1)

func TestParseID(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		// The standard's own two samples, and two constructed with old codes of Dezhou.
		{"standard, X", "11010519491231002X", "11010519491231002X"},
		{"standard, male", "440524188001010014", ""}, // 1880: older than 130 years on the day
		{"lower-case x", "11010519491231002x", "11010519491231002X"},
		{"spaces of a read-back", "110105 19491231 002X", "11010519491231002X"},
		{"old prefecture code", "372401195001010013", "372401195001010013"},
		{"old county code", "371424196303150028", "371424196303150028"},
		{"check character", "110105194912310021", ""},
		{"30 February", "110105195002300021", ""},
		{"born tomorrow", "11010520240302002X", ""},
		{"seventeen", "1101051949123100X", ""},
		{"a letter inside", "1101051949A231002X", ""},
		{"empty", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			n, err := core.ParseID(tc.in, today)
			if n.Reveal() != tc.want {
				t.Fatalf("ParseID = %q, %v; want %q", n.Reveal(), err, tc.want)
			}
			if tc.want == "" && core.KindOf(err) != core.KindInvalid {
				t.Fatalf("kind of %v is not invalid", err)
			}
		})
	}
}

func drawID(t *rapid.T) string {
	birth := rapid.IntRange(int(core.NewDate(1900, 1, 1)), int(today)).Draw(t, "birth")
	day := strings.ReplaceAll(core.Date(birth).String(), "-", "")
	first := fmt.Sprintf("%06d%s%03d", rapid.IntRange(100000, 999999).Draw(t, "place"), day, rapid.IntRange(0, 999).Draw(t, "seq"))
	return first + string(core.IDCheckDigit(first))
}

// Every single wrong digit and every swap of neighbours is caught (F26): ISO 7064
// MOD 11-2 promises exactly these two.
func TestIDCatchesSlips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		good := drawID(t)
		if _, err := core.ParseID(good, today); err != nil {
			t.Fatalf("good number refused: %v", err)
		}
		i := rapid.IntRange(0, 16).Draw(t, "at")
		b := []byte(good)
		if rapid.Bool().Draw(t, "swap") {
			b[i], b[i+1] = b[i+1], b[i]
		} else {
			b[i] = '0' + (b[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		}
		if string(b) == good {
			return
		}
		if _, err := core.ParseID(string(b), today); err == nil {
			t.Fatalf("slip in %q accepted as %q", good, b)
		}
	})
}

func TestWiden15(t *testing.T) {
	t.Parallel()
	n, err := core.Widen15("110105491231002", today)
	if err != nil || n.Reveal() != "11010519491231002X" || n.Male() || n.Birth() != core.NewDate(1949, 12, 31) {
		t.Fatalf("Widen15 = %q male %v born %v, %v", n.Reveal(), n.Male(), n.Birth(), err)
	}
	if _, err := core.Widen15("11010549123100", today); err == nil {
		t.Fatal("fourteen digits accepted")
	}
}

func TestPersonalNumbersHide(t *testing.T) {
	t.Parallel()
	id, _ := core.ParseID("11010519491231002X", today)
	phone, err := core.ParsePhone("+86 139-0534-1207")
	if err != nil {
		t.Fatal(err)
	}
	card, err := core.ParseBankAccount("6217000000000000004")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{id, phone, card} {
		plain := v.(interface{ Reveal() string }).Reveal()
		if plain == "" {
			t.Fatalf("%T is empty", v)
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		for how, out := range map[string]string{"%v": fmt.Sprintf("%v", v), "%s": fmt.Sprintf("%s", v), "log": log.String()} {
			if strings.Contains(out, plain) {
				t.Errorf("%s of %T shows the plain number", how, v)
			}
		}
		if _, err := json.Marshal(struct{ V any }{v}); err == nil {
			t.Errorf("%T went into JSON", v)
		}
	}
	if got := id.String(); got != "1101**********002X" {
		t.Errorf("mask = %q", got)
	}
	if got := phone.String(); got != "139****1207" {
		t.Errorf("mask = %q", got)
	}
}

// A struct printed with %+v reaches into unexported fields past String; the mask
// must hold there too.
func TestMaskHoldsInsideStructs(t *testing.T) {
	t.Parallel()
	id, _ := core.ParseID("11010519491231002X", today)
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		out := fmt.Sprintf(verb, struct {
			private core.IDNumber
			Any     any
		}{id, &id})
		if strings.Contains(out, "19491231") {
			t.Errorf("%s shows the plain number: %s", verb, out)
		}
	}
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13905341207": "13905341207", "+8613905341207": "13905341207", "0534-2612345": "05342612345",
		"(0534)2612345": "05342612345", "12905341207": "", "1390534120": "", "139053412o7": "", "": "", "110": "",
	} {
		p, err := core.ParsePhone(in)
		if p.Reveal() != want || (want == "") != (err != nil) {
			t.Errorf("ParsePhone(%q) = %q, %v; want %q", in, p.Reveal(), err, want)
		}
	}
}

func TestParseBankAccount(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"4111111111111111": true, "4111111111111112": false, "4111 1111 1111 1111": true,
		"123456789012": true, "12345678901": false, "41111111111111x1": false,
	} {
		if _, err := core.ParseBankAccount(in); (err == nil) != ok {
			t.Errorf("ParseBankAccount(%q): %v, want ok %v", in, err, ok)
		}
	}
}

func TestErrorKinds(t *testing.T) {
	t.Parallel()
	base := core.E(core.KindConflict, "key_reused", "这份申请已经交过。")
	wrapped := fmt.Errorf("submit: %w", base.Wrap(errors.New("secret cause")))
	if core.KindOf(wrapped) != core.KindConflict || !errors.Is(wrapped, base) {
		t.Fatal("kind or identity lost in wrapping")
	}
	if errors.Is(wrapped, core.E(core.KindConflict, "other", "")) {
		t.Fatal("another code of the same kind matched")
	}
	if k := core.Known(errors.New("pq: Key (id)=(3714...)")); k.Kind != core.KindInternal || strings.Contains(k.Say, "3714") {
		t.Fatalf("unknown error shown as %+v", k)
	}
}
