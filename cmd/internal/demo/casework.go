package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Township is who works on a case.
type Township struct {
	Town   string // prefix of the log-ins: "wangmiao"
	County string // "pingyuan"
}

// Scrawl is a signature as the pad sends it, strokes with time and pressure; no two
// hands begin in the same place.
func Scrawl(hand int) string {
	return fmt.Sprintf(`[{"penColor":"black","dotSize":0,"minWidth":1,"maxWidth":3,"velocityFilterWeight":0.7,"compositeOperation":"source-over","points":[{"x":%d,"y":40,"time":1700000000000,"pressure":0.5},{"x":90,"y":60,"time":1700000000120,"pressure":0.6},{"x":150,"y":30,"time":1700000000260,"pressure":0.4},{"x":120,"y":80,"time":1700000000400,"pressure":0.5},{"x":60,"y":90,"time":1700000000520,"pressure":0.4}]}]`, 20+hand)
}

// Work carries a routed case from the township's queue to the decisions.
func (p *Player) Work(ctx context.Context, t Township, receipt string) error {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	at, err := officer.FindCase(ctx, receipt)
	if err != nil {
		return err
	}
	p.say("派到镇上,经办打开,41 项的结论都在")
	// 1. Accept everything that fits, and send two people tomorrow.
	if _, err := officer.Act(ctx, at, "/accept", url.Values{"agreed": {"phone"}}); err != nil {
		return err
	}
	p.say("一键受理,派两人第二天入户")
	if err := p.wait("1d"); err != nil {
		return err
	}
	// 2. The visit, signed by both visitors and the family.
	if err := officer.visit(ctx, at); err != nil {
		return err
	}
	if err := p.second(ctx, t, at); err != nil {
		return err
	}
	p.say("两人入户,三方签字,第二人自己登录确认,事实冻结成新的一版")
	// 3. A proposal for each item, then the notices.
	n, err := officer.each(ctx, at, "propose", nil)
	if err != nil {
		return err
	}
	hung, err := officer.each(ctx, at, "publish_notice", nil)
	if err != nil {
		return err
	}
	p.say(fmt.Sprintf("经办逐项提意见 %d 项,张贴公示 %d 项", n, hung))
	if hung > 0 {
		if err := p.wait("8d"); err != nil {
			return err
		}
	}
	return p.decide(ctx, t, at)
}

// visit writes the visit down: everything that was said is ticked as seen to be so.
func (d *Desk) visit(ctx context.Context, at string) error {
	page, err := d.Open(ctx, at)
	if err != nil {
		return err
	}
	form, err := page.Form("/record_visit")
	if err != nil {
		return err
	}
	_, err = d.Send(ctx, form, url.Values{"statement": {"入户看过,情况和本人说的一样。"}, "same": form.Boxes["same"],
		"sign.first": {Scrawl(1)}, "sign.second": {Scrawl(2)}, "sign.household": {Scrawl(3)}})
	return err
}

// second lets the other visitor, whichever of the two assistants went along, confirm
// the record in a session of their own.
func (p *Player) second(ctx context.Context, t Township, at string) error {
	for _, login := range []string{t.Town + ".assistant1", t.Town + ".assistant2"} {
		other, err := p.LogIn(ctx, login)
		if err != nil {
			return err
		}
		if _, err = other.Act(ctx, at, "/confirm_visit", nil); err == nil {
			return nil
		}
	}
	return fmt.Errorf("nobody of %s may confirm the visit", t.Town)
}

// decide lets the second people decide: the township's approver, the county's.
func (p *Player) decide(ctx context.Context, t Township, at string) error {
	for _, login := range []string{t.Town + ".approver", t.County + ".county"} {
		d, err := p.LogIn(ctx, login)
		if err != nil {
			return err
		}
		n, err := d.each(ctx, at, "decide", nil)
		if err != nil {
			return err
		}
		if n > 0 {
			p.say(fmt.Sprintf("%s 定了 %d 项(不是提意见的人)", login, n))
		}
	}
	p.at = at
	return nil
}

// Pay makes a batch, lets a second person approve it, and waits for the bank.
func (p *Player) Pay(ctx context.Context) error {
	maker, err := p.LogIn(ctx, "payer1")
	if err != nil {
		return err
	}
	if _, err := maker.Act(ctx, "/desk/county", "/county/batch", nil); err != nil {
		return err
	}
	at, err := maker.newestBatch(ctx)
	if err != nil {
		return err
	}
	if err := p.release(ctx, at); err != nil {
		return err
	}
	p.say("两个人做批、逐笔核批,文件发给银行,回单对上账")
	return nil
}

// release has the second payer approve a batch, and waits for the bank's answer to it.
func (p *Player) release(ctx context.Context, at string) error {
	second, err := p.LogIn(ctx, "payer2")
	if err != nil {
		return err
	}
	if _, err := second.Act(ctx, at, "/approve", nil); err != nil {
		return err
	}
	_, err = waitFor(ctx, "the bank's answer", func() (bool, bool, error) {
		page, err := second.Open(ctx, "/desk/county")
		if err != nil {
			return false, false, err
		}
		text := page.Text()
		return true, !strings.Contains(text, "在银行 ") && !strings.Contains(text, "已核准") && !strings.Contains(text, "文件写好"), nil
	})
	return err
}

// newestBatch is the page of the batch that was made last.
func (d *Desk) newestBatch(ctx context.Context) (string, error) {
	page, err := d.Open(ctx, "/desk/county")
	if err != nil {
		return "", err
	}
	for _, link := range page.Links() {
		if strings.HasPrefix(link, "/desk/county/batch/") {
			return link, nil
		}
	}
	return "", fmt.Errorf("no batch; the page says: %s", page.Alert())
}

var homeNumber = regexp.MustCompile(`\b1\d{10}\b`)

// mend has the township write down the new card of a returned payment, and a payer
// confirm it.
func (p *Player) mend(ctx context.Context, t Township, account string) error {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	if _, err := officer.Act(ctx, p.at, "/propose_card", url.Values{"account": {account}}); err != nil {
		return err
	}
	payer, err := p.LogIn(ctx, "payer2")
	if err != nil {
		return err
	}
	// A household is rung on the number it gave itself, never on one that came with a card.
	page, err := payer.Act(ctx, "/desk/county", "/phone", nil)
	if err == nil && !homeNumber.MatchString(page.Body) {
		err = fmt.Errorf("%s", page.Text())
	}
	if err != nil {
		return fmt.Errorf("the payer is not shown the household's own number: %w", err)
	}
	if _, err := payer.Act(ctx, "/desk/county", "/confirm", nil); err != nil {
		return err
	}
	p.say("银行退回,本人带新卡到镇上,镇上登记,发钱的人核对新旧两张卡再确认")
	return nil
}
