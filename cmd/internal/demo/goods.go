package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"regexp"
	"strings"

	"lianou/cmd/internal/visitor"
)

// goodsAndDraw is stories (g) to (i): three neighbours are given things in an emergency, the
// receivers sign; then one of the three is drawn, and two other people go there again.
func (p *Player) goodsAndDraw(ctx context.Context) error {
	t := Township{"haowangzhuang", "wucheng"}
	round, sealed, err := p.sealSeed(ctx, t)
	if err != nil {
		return err
	}
	homes := neighbours()
	for i, f := range homes {
		if err := p.bring(ctx, t, f, i); err != nil {
			return fmt.Errorf("%s: %w", f.Applicant().Name, err)
		}
	}
	p.handed++
	if err := p.wait("2d"); err != nil {
		return err
	}
	if err := p.drawLots(ctx, t, round, sealed); err != nil {
		return err
	}
	return p.goAgain(ctx, t, round)
}

// bring carries one household from the window to the thing in its hands and the message.
func (p *Player) bring(ctx context.Context, t Township, f family, nth int) error {
	phone, err := p.moveIn(ctx, f)
	if err != nil {
		return err
	}
	receipt, err := p.atWindow(ctx, t, f)
	if err != nil {
		return err
	}
	at, err := p.giveFirst(ctx, t, receipt)
	if err != nil {
		return err
	}
	name := f.Applicant().Name
	if nth == 1 {
		err = p.handOverUnsigned(ctx, t, at, f)
	} else {
		err = p.handOver(ctx, t, at, f, nth)
	}
	if err != nil {
		return err
	}
	if err := phone.reads(ctx, "已经送到"); err != nil {
		return err
	}
	p.say(name + "的手机收到短信:棉被和面粉已经送到;没收到,打 12345")
	return nil
}

// atWindow files for a family at the county's window.
func (p *Player) atWindow(ctx context.Context, t Township, f family) (string, error) {
	receipt, err := p.atTheWindow(ctx, t.County+".clerk", f.window(p.cityDay()))
	if err == nil {
		p.say(f.Applicant().Name + "家进了水,窗口登记急难,回执 " + receipt)
	}
	return receipt, err
}

// giveFirst has the township give things first, and a second person agree at once.
func (p *Player) giveFirst(ctx context.Context, t Township, receipt string) (at string, err error) {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return "", err
	}
	if at, err = officer.FindCase(ctx, receipt); err != nil {
		return "", err
	}
	first := url.Values{"give": {"other"}, "amount": {"600"}, "goods": {"棉被 2 床、面粉 2 袋"}, "reason": {"昨夜水管爆了,被褥和粮食都泡了,今晚没有盖的。"}}
	if err := officer.once(ctx, at, "emergency", first); err != nil {
		return "", err
	}
	approver, err := p.LogIn(ctx, t.Town+".approver")
	if err != nil {
		return "", err
	}
	if err := approver.once(ctx, at, "decide", nil); err != nil {
		return "", err
	}
	if err := p.offersNot(ctx, t.Town+".approver", at, "/deliver"); err != nil {
		return "", err
	}
	p.say("急难:先送东西、手续后补,经办提、另一个人当天定;定的人不能去送")
	return at, nil
}

// handed fills the form of a handing over in, but for the proof: who took it is chosen by name.
func (d *Desk) handed(ctx context.Context, at string, f family) (*visitor.Form, url.Values, error) {
	page, err := d.Open(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	form, err := page.Form("/deliver")
	if err != nil {
		return nil, nil, err
	}
	name := f.Applicant().Name
	who := regexp.MustCompile(`<option value="([^"]+)">` + name + `</option>`).FindStringSubmatch(page.Body)
	if who == nil {
		return nil, nil, fmt.Errorf("%s cannot be chosen as who took it", name)
	}
	return form, url.Values{"kind": {"goods"}, "what": {"棉被和面粉"}, "many": {"2 床、2 袋"}, "place": {"家里"}, "member": {who[1]}, "sure": {"yes"}}, nil
}

// handOver has the officer bring the things and the receiver sign at the door. Nothing
// counts before it is signed.
func (p *Player) handOver(ctx context.Context, t Township, at string, f family, nth int) error {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	form, filled, err := officer.handed(ctx, at, f)
	if err != nil {
		return err
	}
	if _, err := officer.Send(ctx, form, filled); err == nil || !strings.Contains(err.Error(), "签") {
		return fmt.Errorf("a thing that nobody signed for: %v, and not that a signature is missing", err)
	}
	filled.Set("sign.receiver", Scrawl(20+nth))
	if _, err := officer.Send(ctx, form, filled); err != nil {
		return err
	}
	p.say(f.Applicant().Name + "在家门口收下,签了名;没签以前,交不上去")
	return nil
}

// handOverUnsigned is handOver where nobody can sign: a photo and a witness stand in its place,
// and a second person who asked for themselves.
func (p *Player) handOverUnsigned(ctx context.Context, t Township, at string, f family) error {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	form, filled, err := officer.handed(ctx, at, f)
	if err != nil {
		return err
	}
	filled.Set("unable", "手抖,拿不住笔")
	filled.Set("witness", "邻居孟庆林")
	photo, err := snapshot()
	if err != nil {
		return err
	}
	if _, err := officer.Send(ctx, form, filled, photo); err != nil {
		return err
	}
	page, err := officer.Open(ctx, at)
	if err != nil {
		return err
	}
	if !strings.Contains(page.Text(), "等第二人确认") {
		return fmt.Errorf("what nobody signed for does not wait for a second person: %s", page.Text())
	}
	clerk, err := p.LogIn(ctx, t.County+".clerk")
	if err != nil {
		return err
	}
	if _, err := clerk.Act(ctx, at, "/confirm_delivery", url.Values{"how": {"打电话问过本人和见证的邻居"}}); err != nil {
		return err
	}
	p.say(f.Applicant().Name + "手抖,签不了字:照片、见证人,还要另一位同事问过、确认,才算交到")
	return nil
}

// snapshot is a small photo, as a phone at the door takes it.
func snapshot() (visitor.File, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48)))
	return visitor.File{Field: "photo", Name: "door.png", Type: "image/png", Data: b.Bytes()}, err
}
