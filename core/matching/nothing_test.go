package matching

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/facts/factstest"
)

// family4 is a family of four whose income is above the line of 低保 and below that of 低保边缘,
// one of them seriously ill.
func family4(t *testing.T, change set) core.Household {
	t.Helper()
	h := factsOf(t, "poor", set{"income_per_capita_month": 600, "income_12m": 28800}, change)
	for _, one := range []struct {
		ref      core.MemberRef
		relation core.Relation
		age      int
	}{{"m2", "spouse", 44}, {"m3", "child", 15}, {"m4", "parent", 70}} {
		m := h.Members[0]
		m.Ref, m.Relation, m.Age = one.ref, one.relation, &one.age
		h.Members = append(h.Members, m)
	}
	ill := core.Illness("serious")
	h.Members[1].Illness = &ill
	return h
}

// A benefit that comes to 0 says so, why, and for whom alone it is. 低保 of who is let in alone
// stood as 符合 without a word of either (by a newcomer), where the preview of a draft said 0 元.
//
// Controls: whole without nothing ("says nothing of 0"); without alone ("for the whole family");
// whyNothing without differences ("算下来没有钱"); withoutAlone that evaluates single entries
// ("for the whole family").
func TestNothingIsSaid(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := family4(t, nil)
	r := m.Explain(&h)
	f := r.Finding("MZ-01")
	if f.Outcome != Eligible || !f.Benefit.Told || f.Benefit.Amount != 0 {
		t.Fatalf("%+v", f)
	}
	if got, want := f.Benefit.NothingSaid(), "每月 0 元:平均每人每月收入 600 元,已经到了低保标准 480 元(样本)。这是按全家算的。单人户按本人情况给多少,规则里没有算法,由经办的人定。"; got != want {
		t.Errorf("says nothing of 0: %q, want %q", got, want)
	}
	if !slices.Equal(f.Benefit.Alone, []core.MemberRef{"m2"}) || f.Benefit.AloneSaid != "只给您的爱人,不是全家(按单人户办)。" {
		t.Errorf("for the whole family: %v %q", f.Benefit.Alone, f.Benefit.AloneSaid)
	}
	h = family4(t, set{"income_per_capita_month": 390})
	r = m.Explain(&h)
	if f = r.Finding("MZ-01"); f.Benefit.Amount == 0 || f.Benefit.Nothing != "" || f.Benefit.Alone != nil {
		t.Errorf("all four are below the line: %+v", f.Benefit)
	}
	h = factsOf(t, "poor", set{"income_per_capita_month": 600, "members.0.illness": "serious"})
	r = m.Explain(&h)
	if f = r.Finding("MZ-01"); f.Benefit.Nothing == "" || len(f.Benefit.Alone) != 1 || f.Benefit.AloneSaid != "" {
		t.Errorf("there is nobody else: %+v", f.Benefit)
	}
}

// No sum that is told comes to 0 without a word, and none that is anything has one, whoever asks.
//
// Controls: whole without nothing ("0 without a word"); nothing that asks not what was taken off
// ("0 of them beside others").
func TestEverySumOfNothingSaysWhy(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2026-11-29")
	r := rand.New(rand.NewPCG(5, 6))
	said, off := 0, 0
	for range 1500 {
		h := factstest.Quick(r)
		result := m.Explain(&h)
		for i := range result.Findings {
			f, formula := &result.Findings[i], m.book.Items[i].Benefit.Formula
			none := f.Outcome == Eligible && formula != nil && f.Benefit.Told && f.Benefit.Amount == 0
			if none != (f.Benefit.Nothing != "") {
				t.Fatalf("%s: 0 without a word: %+v", f.Item, f.Benefit)
			}
			if none {
				said++
			}
			if strings.HasPrefix(f.Benefit.Nothing, "扣掉") {
				off++
			}
		}
	}
	if said < 20 || off == 0 {
		t.Errorf("%d sums came to nothing, %d of them beside others", said, off)
	}
}

// A step names no status that the family has not: nobody is to read that an item is for others
// than the 低保边缘家庭 that they are none of.
//
// Control: stands without has ("names").
func TestStepsNameTheirOwnStatusAlone(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	r := rand.New(rand.NewPCG(1, 2))
	theirs, plain := 0, 0
	for range 250 {
		h := factstest.Quick(r)
		result := m.Explain(&h)
		for _, miss := range m.Misses(&h, &result, nil) {
			for _, step := range slices.Concat(miss.Steps, miss.Reach) {
				if step.Leaves == "" {
					continue
				}
				i := slices.IndexFunc(result.Statuses, func(s Standing) bool { return s.Key == step.Leaves })
				has, named := result.Statuses[i].Outcome == Eligible, strings.Contains(step.Text, "这一项给"+result.Statuses[i].Name+"以外的人")
				if has != named || step.Text == "" {
					t.Fatalf("names: has %s %v, says %q", step.Leaves, has, step.Text)
				}
				if has {
					theirs++
				} else {
					plain++
				}
			}
		}
	}
	if theirs < 20 || plain < 20 {
		t.Errorf("%d theirs, %d of others", theirs, plain)
	}
}

// A spending that is short of its line is the one thing that is missing, with how much, though
// nobody can be asked to bring it about; and where another way is told because people can go it,
// the fewest are said beside, in the same words.
//
// Controls: miss without Few ("the fewest are not said"); Few where Text is of it ("said twice").
func TestAShortSpendingIsSaidInFew(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	h := factsOf(t, "poor", set{"rigid_12m": 3500, "statuses": []string{}})
	r := m.Explain(&h)
	miss := m.Nearest(&h, &r, Wish{Item: "MZ-04"})
	if len(miss.Steps) != 1 || miss.Steps[0].Key != "rigid_12m" || miss.Steps[0].Can != ByFate {
		t.Fatalf("%+v", miss.Steps)
	}
	if !strings.HasPrefix(miss.Text, "只差一样。") || !strings.Contains(miss.Text, "还差 244 元") || !strings.HasSuffix(miss.Text, "情况有变化,随时再来说。") {
		t.Errorf("short of it: %q", miss.Text)
	}
	source := rand.New(rand.NewPCG(3, 4))
	few := 0
	for range 250 {
		h := factstest.Quick(source)
		r := m.Explain(&h)
		for _, miss := range m.Misses(&h, &r, nil) {
			switch said := miss.Few != ""; {
			case len(miss.Reach) > 0 && (!said || miss.Few == miss.Text):
				t.Fatalf("%s: the fewest are not said: %q beside %q", miss.Item, miss.Few, miss.Text)
			case len(miss.Reach) == 0 && said:
				t.Fatalf("%s: said twice: %q beside %q", miss.Item, miss.Few, miss.Text)
			case len(miss.Reach) > 0 && len(miss.Steps) == 1:
				few++
			}
		}
	}
	if few < 20 {
		t.Errorf("another way is told of %d", few)
	}
}
