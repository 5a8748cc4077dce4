package wording

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lianou/core"
)

func TestGatheredMoneyInOneSentenceEach(t *testing.T) {
	t.Parallel()
	five := []Payment{{"低保", 3, 18000, false}, {"残疾人生活补贴", 3, 15000, true}, {"残疾人护理补贴", 3, 13000, false},
		{"取暖补助", 3, 50000, false}, {"高龄补贴", 3, 15800, false}}
	ends := "有问题打 12345,外地打 0534-12345。我们不收钱,不要验证码。"
	for _, c := range []struct {
		name string
		list []Payment
		want string
	}{
		{"five of one month", five, "3 月 5 项救助共 1,118 元(样本),已打到尾号 6217 的卡。低保 180 元、残疾人生活补贴 150 元(样本)。" +
			"残疾人护理补贴 130 元、取暖补助 500 元。高龄补贴 158 元。" + ends},
		{"a sixth is counted", append(five[:5:5], Payment{"公租房", 3, 100, false}), "3 月 6 项救助共 1,119 元(样本),已打到尾号 6217 的卡。" +
			"低保 180 元、残疾人生活补贴 150 元(样本)。残疾人护理补贴 130 元、取暖补助 500 元。高龄补贴 158 元等 6 项。" + ends},
		{"two months of one item", []Payment{{"低保", 2, 18000, false}, {"低保", 3, 18000, false}},
			"2 项救助共 360 元,已打到尾号 6217 的卡。低保 2 月 180 元、低保 3 月 180 元。" + ends},
	} {
		if got := PaidTogether(c.list, "6217").Words; got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestGatheredDecisionsSayWhoAndHowMuch(t *testing.T) {
	t.Parallel()
	from := core.NewDate(2026, 4, 1)
	low := Grant{Item: "低保", Amount: 18000, Per: "month", From: from, Sample: true, By: "王庙镇"}
	once := Grant{Item: "取暖补助", Amount: 50000, Per: "once", By: "平原县"}
	law := Referral{"免费律师", "司法局", 7}
	for _, c := range []struct {
		name      string
		grants    []Grant
		referrals []Referral
		kind      Kind
		want      string
	}{
		{"one alone is said as ever", []Grant{low}, nil, KindApproved, Approved(low).Words},
		{"one passed on alone too", nil, []Referral{law}, KindReferred, Referred("免费律师", "司法局", 7).Words},
		{"two by two bodies", []Grant{low, once}, nil, KindApproved,
			"2 项救助批准了(确认同意)。低保每月 180 元(样本)、取暖补助一次 500 元。按月发的,从 4 月起算。这是王庙镇、平原县定的。钱直接打到卡上。有问题打 12345,外地打 0534-12345。我们不收钱,不要验证码。"},
		{"one of each", []Grant{low}, []Referral{law}, KindApproved,
			"低保批准了(确认同意)。每月 180 元(样本),从 4 月起算。这是王庙镇定的。钱直接打到卡上。免费律师已转给司法局。7 个工作日内给您回话。有了结果我们告诉您。有问题打 12345,外地打 0534-12345。我们不收钱,不要验证码。"},
		{"two passed on", nil, []Referral{law, {"免费用电", "司法局", 20}}, KindReferred,
			"免费律师、免费用电已转给司法局。最晚 20 个工作日内给您回话。有了结果我们告诉您。"},
	} {
		got := Decided(c.grants, c.referrals)
		if got.Words != c.want || got.Kind != c.kind {
			t.Errorf("%s:\ngot  %s %s\nwant %s %s", c.name, got.Kind, got.Words, c.kind, c.want)
		}
	}
}

func TestGatheredPostingsByDay(t *testing.T) {
	t.Parallel()
	day := core.NewDate(2026, 3, 12)
	got := PublishedTogether([]Posting{{"慈善救助", day.AddDate(0, 0, 3)}, {"低保", day}, {"医疗救助", day}})
	want := "3 项救助正在公示。低保、医疗救助到3月12日为止。慈善救助到3月15日为止。公示不写身份证号和电话。没人有意见,就往下办。"
	if got.Words != want || got.Fields[1].Value != "3月15日" {
		t.Errorf("got  %+v\nwant %s", got, want)
	}
}

// A template's field for an amount takes digits only, so its field for words names the
// first item and marks a sample, whatever else has to go.
// Control: cut the whole at 20 characters, and the longest loses its mark.
func TestTheFieldOfWordsMarksASample(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]Notice{
		"最低生活保障等2项(样本)": PaidTogether([]Payment{{"最低生活保障", 3, 1, false}, {"取暖补助", 3, 1, true}}, "6217"),
		"低保":            PaidTogether([]Payment{{"低保", 2, 1, false}, {"低保", 3, 1, false}}, "6217"),
		"低保(样本)":        Paid(Payment{"低保", 3, 1, true}, "6217"),
		"取暖补助":          Approved(Grant{Item: "取暖补助"}),
		"取暖补助等2项(样本)":   Decided([]Grant{{Item: "取暖补助"}, {Item: "低保", Sample: true}}, nil),
		"取暖补助(样本)":      Decided([]Grant{{Item: "取暖补助", Sample: true}}, []Referral{{Item: "免费律师", Body: "司法局"}}),
		"困境儿童和事实无人抚养儿童基本…(样本)": Paid(Payment{"困境儿童和事实无人抚养儿童基本生活费", 3, 1, true}, "6217"),
	} {
		if item := got.Fields[0]; item.Name != "item" || item.Value != want {
			t.Errorf("got %s, want %s", item.Value, want)
		}
	}
}

// Whatever comes together, the text keeps the voice, each sample amount is marked,
// and the template's fields have their short forms. Control: pack without its
// bound.
func TestGatheredTextsKeepTheVoice(t *testing.T) {
	t.Parallel()
	items := []string{"低保", "特困(五保)", "临时救助(花费大)", "事实孤儿补贴", "残疾人护理补贴", "小学初中生活补助", "困难退役军人援助", "家里无障碍改造"}
	payment := rapid.Custom(func(t *rapid.T) Payment {
		return Payment{rapid.SampledFrom(items).Draw(t, "item"), rapid.IntRange(1, 12).Draw(t, "month"),
			core.Fen(rapid.Int64Range(1, 99_999_999).Draw(t, "fen")), rapid.Bool().Draw(t, "sample")}
	})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(payment, 2, 30).Draw(t, "payments")
		grants := make([]Grant, len(list))
		marks := 0
		for i, p := range list {
			per := []string{"month", "once", "term"}[p.Month%3]
			grants[i] = Grant{Item: p.Item, Amount: p.Amount, Per: per, From: core.NewDate(2026, time.Month(1+p.Month%2), 1), Sample: p.Sample, By: "德州运河经济技术开发区"}
			if p.Sample && i < named {
				marks++
			}
		}
		paid, decided := PaidTogether(list, "6217"), Decided(grants, nil)
		for _, n := range []Notice{paid, decided, ReturnedTogether(list, "6217", "王庙镇")} {
			if faults := Lint(n.Words); len(faults) > 0 {
				t.Fatalf("%v in %s", faults, n.Words)
			}
			if item := n.Fields[0].Value; utf8.RuneCountInString(item) > shortest || !strings.HasPrefix(item, list[0].Item[:len("低保")]) {
				t.Fatalf("field item: %s", item)
			}
		}
		if got := strings.Count(decided.Words, "(样本)"); got != marks {
			t.Fatalf("%d samples marked of %d in %s", got, marks, decided.Words)
		}
		if total := strings.Contains(paid.Words, "元(样本),已打到"); total != containsSample(list) {
			t.Fatalf("the total's mark is %v: %s", total, paid.Words)
		}
	})
}

func containsSample(list []Payment) bool {
	for _, p := range list {
		if p.Sample {
			return true
		}
	}
	return false
}
