package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// houseBurnt is story 4: the money first, the papers later (先救后补).
func (p *Player) houseBurnt(ctx context.Context) error {
	f, t := burntOut(), Township{"wangmiao", "pingyuan"}
	if _, err := p.moveIn(ctx, f); err != nil {
		return err
	}
	filled := f.window(p.cityDay())
	filled.Set("urgent", "true")
	receipt, err := p.atTheWindow(ctx, "pingyuan.clerk", filled)
	if err != nil {
		return err
	}
	p.say("夜里着了火,天亮到窗口,勾上“急难”,回执 " + receipt)
	if err := p.rush(ctx, t, receipt); err != nil {
		return err
	}
	if err := p.payRushed(ctx); err != nil {
		return err
	}
	if err := p.Told(ctx, f.Letter, "已打到尾号 "+f.tail(), "当天,手机收到短信:钱打到尾号 "+f.tail()+" 的卡"); err != nil {
		return err
	}
	return p.papersLater(ctx, t)
}

// rush has one person propose an emergency payment and another decide it: nobody has been to
// see the household, and nothing hangs on the board.
func (p *Player) rush(ctx context.Context, t Township, receipt string) error {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	if p.at, err = officer.FindCase(ctx, receipt); err != nil {
		return err
	}
	_, err = officer.Act(ctx, p.at, "/emergency", url.Values{"amount": {"1500"}, "reason": {"夜里失火,粮食被褥烧光,今晚没有吃住。"}})
	if err != nil {
		return err
	}
	page, err := officer.Open(ctx, p.at)
	if err != nil {
		return err
	}
	if _, err := page.Form("/decide"); err == nil {
		return fmt.Errorf("%s may decide what they proposed", officer.login)
	}
	p.say("经办走“急难:先救后补”,先给 1,500 元;自己的页上没有“作出决定”")
	approver, err := p.LogIn(ctx, t.Town+".approver")
	if err != nil {
		return err
	}
	n, err := approver.each(ctx, p.at, "decide", nil)
	if err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("%s decided %d items, want the emergency", approver.login, n)
	}
	if page, err = approver.Open(ctx, p.at); err != nil {
		return err
	}
	if text := page.Text(); strings.Contains(text, "入户 · ") || strings.Contains(text, "公示 · ") || !strings.Contains(text, "决定 · 急难型临时救助 确认同意") {
		return fmt.Errorf("the money waited for a visit or a notice: %s", text)
	}
	p.say(approver.login + " 当天就定:没等入户,没等公示")
	return nil
}

// payRushed waits for the batch that the city makes of emergency money by itself, has one
// person take it over and another release it.
func (p *Player) payRushed(ctx context.Context) error {
	first, err := p.LogIn(ctx, "payer1")
	if err != nil {
		return err
	}
	at, err := waitFor(ctx, "the batch of emergency money", func() (string, bool, error) {
		page, err := first.Open(ctx, "/desk/county")
		if err != nil || !strings.Contains(page.Text(), "看明细,接下") {
			return "", false, err
		}
		at, err := first.newestBatch(ctx)
		return at, err == nil, err
	})
	if err != nil {
		return err
	}
	if _, err := first.Act(ctx, at, "/take", nil); err != nil {
		return err
	}
	if err := p.release(ctx, at); err != nil {
		return err
	}
	p.say("系统自己把急难的钱做成一批,一个人看过接下,另一个人核准,银行回单对上账")
	return nil
}

// closed is the last line of a case's timeline.
var closed = regexp.MustCompile(`办结[ ;,]`)

// papersLater makes the papers good: two go and see, both stand by the record, and only then
// does the case end.
func (p *Player) papersLater(ctx context.Context, t Township) error {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	page, err := officer.Open(ctx, p.at)
	if err != nil {
		return err
	}
	if text := page.Text(); !strings.Contains(text, "补齐材料") || closed.MatchString(text) {
		return fmt.Errorf("the case does not wait for its papers: %s", text)
	}
	if _, err := officer.Act(ctx, p.at, "/plan_visit", nil); err != nil {
		return err
	}
	p.say("钱到了,这件还没完:10 个工作日(样本)里要把手续补上。派两人第二天去")
	if err := p.wait("1d"); err != nil {
		return err
	}
	if err := officer.visit(ctx, p.at); err != nil {
		return err
	}
	if err := p.second(ctx, t, p.at); err != nil {
		return err
	}
	text, err := waitFor(ctx, "the end of the emergency", func() (string, bool, error) {
		page, err := officer.Open(ctx, p.at)
		if err != nil {
			return "", false, err
		}
		text := page.Text()
		return text, !strings.Contains(text, "补齐材料") && closed.MatchString(text), nil
	})
	if err != nil {
		return fmt.Errorf("%w: the page says: %s", err, text)
	}
	p.say("补上入户,三方签字,第二人自己登录确认:手续齐了,急难办结")
	return nil
}
