package policy

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// slip is one change of a file that is at fault, with what is told of it.
type slip struct{ file, old, new, told string }

// The slips of the tables below, one of each kind.
var (
	badDay      = slip{"amounts.yaml", "{value: 50, from: 2016-07-01", "{value: 50, from: 2024-02-30", "no day such as"}
	badDayFar   = slip{"items/jt-rs-cl.yaml", "    from: 2026-01-01\n", "    from: 20260-01-01\n", "no day such as"}
	misspelt    = slip{"criteria.yaml", "fact: hukou\n", "fact: hukuo\n", `perhaps "hukou"`}
	noLaw       = slip{"items/mz.yaml", "law: [国办发〔2010〕54号]", `law: [""]`, "legal source"}
	badKey      = slip{"items/mz.yaml", "    everyday: 低保\n", "    everday: 低保\n", "unknown field"}
	textForDays = slip{"items/mz.yaml", "limit: {days: 15, county: 30", "limit: {days: 十五, county: 30", "no whole number"}
	brokenLine  = slip{"calendar.yaml", "calendar:\n", "calendar: [\n  x: y: z\n", ""}
	noDivision  = slip{"items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard / 0", "divides by 0"}
	lonelyRule  = slip{"rules.yaml", "{a: ZJ-01, b: ZJ-02,", "{a: ZJ-01, b: ZJ-01,", "refers to itself"}
)

// TestEveryFaultIsToldInOneRun: of faults of different kinds, in one file or in several, each
// is told with file, line, column and a sentence, and nothing that only follows from one.
//
// Red by a Load that stops at what cannot be decoded: "1 told, want 2", "1 told, want 3"; by
// own given no names: "3 told, want 2" (an amount whose date was told "needs the day it begins").
func TestEveryFaultIsToldInOneRun(t *testing.T) {
	t.Parallel()
	for name, slips := range map[string][]slip{
		"a bad date and a misspelt fact":         {badDay, misspelt},
		"a bad date and no law":                  {badDay, noLaw},
		"two bad dates":                          {badDay, badDayFar},
		"a bad date and a rule about one item":   {badDay, lonelyRule},
		"two that do not decode, in one file":    {badKey, textForDays},
		"a key, a date and a fact":               {badKey, badDay, misspelt},
		"a broken file, a date and a misspelt":   {brokenLine, badDay, misspelt},
		"a date, a number for days and a fact":   {badDayFar, textForDays, misspelt},
		"a date, a law and a rule":               {badDayFar, noLaw, lonelyRule},
		"a date of an amount, a formula, a fact": {badDay, noDivision, misspelt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := tree(t)
			for _, s := range slips {
				was := string(files[s.file].Data)
				if !strings.Contains(was, s.old) {
					t.Fatalf("%q is not in %s", s.old, s.file)
				}
				files[s.file] = &fstest.MapFile{Data: []byte(strings.Replace(was, s.old, s.new, 1))}
			}
			_, err := Load(files)
			var bad Problems
			if !errors.As(err, &bad) {
				t.Fatalf("accepted: %v", err)
			}
			if len(bad) != len(slips) {
				t.Errorf("%d told, want %d:\n%v", len(bad), len(slips), bad)
			}
			for _, s := range slips {
				told := false
				for _, p := range bad {
					told = told || p.File == s.file && p.Line > 0 && p.Column > 0 && strings.HasSuffix(p.Say, "。") && strings.Contains(p.What, s.told)
				}
				if !told {
					t.Errorf("%s: …%s… is not told:\n%v", s.file, s.told, bad)
				}
			}
		})
	}
}
