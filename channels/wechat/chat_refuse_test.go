package wechat

import (
	"context"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/intake"
)

// picky refuses the first application with one error.
type picky struct {
	channels.Submitter
	err error
}

func (p *picky) Submit(ctx context.Context, s intake.Submission) (intake.Receipt, error) {
	if err := p.err; err != nil {
		p.err = nil
		return intake.Receipt{}, err
	}
	return p.Submitter.Submit(ctx, s)
}

// A refusal says what was wrong and what to do about that, and of nothing else; what the
// person types then is heard at once, and "同意" hands in what it became.
//
// Controls: handIn with one sentence for all ("... does not say ..."); handIn that leaves
// the summary ("put right: 0 applications").
func TestRefusalSaysWhatWasWrong(t *testing.T) {
	t.Parallel()
	const names = "名字、号码"
	tests := map[string]struct {
		err  error
		want []string
		not  []string
		says []string // until it is filed
	}{
		"a number":  {core.Invalid("applicant.id_number", "身份证号不对,请照证上的号码再看一遍。"), []string{"身份证号这一项", "把对的直接写来"}, []string{names, "上一问"}, []string{channeltest.ID, "同意"}},
		"a phone":   {core.Invalid("contact.phone", "电话号码不对。"), []string{"电话这一项", "把对的直接写来"}, []string{names, "上一问"}, []string{"13905341234", "同意"}},
		"a place":   {core.Invalid("live.region", "没有这个地方,请从列表里选。"), []string{"住址这一项", "县和镇"}, []string{names, "上一问"}, []string{"同意"}},
		"the story": {core.Invalid("story", "这段话太长了,或者有认不出的字,请改短一点。"), []string{"您说的情况这一项", "回“上一问”"}, []string{names, "打给我"}, []string{"同意"}},
		"too many":  {core.E(core.KindTooMany, "account_day", "从这个账号,一天里报得太多了。明天再报,急事请打 12345。"), []string{"一天里报得太多了", "明天回“同意”"}, []string{names, "上一问", "打给我"}, []string{"同意"}},
		"another":   {core.E(core.KindConflict, "key_reused", "这张表已经提交过,内容和这次不一样。要改的话,请打 12345 或重新填一张。"), []string{"已经提交过", "回“人工”"}, []string{names, "上一问"}, []string{"同意"}},
		"the text":  {core.Invalid("consents", "同意书换了新的一版,请重新打开这张表,看过再勾。"), []string{"改过了", "回“同意”"}, []string{"请重新打开这张表"}, []string{"同意"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := summed(t)
			c.d.env.Intake = &picky{c.d.env.Intake, tt.err}
			c.ch, c.h = c.d.open(t)
			got := c.says("同意")
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q does not say %s", got, want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(got, not) {
					t.Errorf("%q says %s", got, not)
				}
			}
			for _, words := range tt.says {
				got = c.says(words)
			}
			if apps := c.d.apps(); len(apps) != 1 || !strings.Contains(got, intake.Spoken(apps[0].Receipt)) {
				t.Errorf("put right: %d applications, %q", len(apps), got)
			}
		})
	}
}
