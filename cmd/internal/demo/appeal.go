package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
)

// heldAgainst is what the refusal says, and foundAnew what somebody new found.
const (
	heldAgainst = "女儿每月给的 200 元算进收入,平均每人每月 490 元,线是每人每月 480 元(样本)。"
	saysWrong   = "女儿去年春天下了岗,早就不给钱了,村里都知道。"
	foundAnew   = "问过女儿和村里,去年 3 月起没再给钱。平均每人每月 390 元,比线 480 元(样本)低。"
)

// anew is who looks anew: a township of one officer has nobody else, so the county sends
// one more.
const (
	anewLogin, anewName = "songlou.officer2", "程秋生"
	anewPassword        = "lotus seeds in songlou"
)

// refusedAndHeard is story (f): in the app, refused, appealed there, granted by two new people.
func (p *Player) refusedAndHeard(ctx context.Context) error {
	story, t := lonelyOldCouple(), Township{"songlou", "xiajin"}
	who := story.Applicant()
	phone, err := p.moveIn(ctx, story)
	if err != nil {
		return err
	}
	if err := phone.LogInApp(ctx, who.Phone.Reveal()); err != nil {
		return err
	}
	receipt, err := phone.apply(ctx, formOf(story.Story, story.told(p.cityDay()), string(story.item)))
	if err != nil {
		return err
	}
	p.say("手机网页上报低保,拍证件、签名,回执 " + receipt)
	at, err := p.refuse(ctx, t, receipt)
	if err != nil {
		return err
	}
	if err := p.readRefusal(ctx, phone, receipt); err != nil {
		return err
	}
	if err := p.sayWrong(ctx, phone, receipt); err != nil {
		return err
	}
	if err := p.lookAnew(ctx, t, at); err != nil {
		return err
	}
	if err := p.heardAnew(ctx, phone, receipt); err != nil {
		return err
	}
	if err := p.Pay(ctx); err != nil {
		return err
	}
	return p.Told(ctx, story.Letter, "尾号 "+who.Account.Last4(), "手机收到短信:低保打到尾号 "+who.Account.Last4()+" 的卡")
}

// refuse visits the household, and has the township refuse the one item.
func (p *Player) refuse(ctx context.Context, t Township, receipt string) (at string, err error) {
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return "", err
	}
	if at, err = officer.FindCase(ctx, receipt); err != nil {
		return "", err
	}
	if _, err := officer.Act(ctx, at, "/accept", url.Values{"item": {"MZ-01"}, "agreed": {"phone"}}); err != nil {
		return "", err
	}
	if err := p.wait("1d"); err != nil {
		return "", err
	}
	if err := officer.visit(ctx, at); err != nil {
		return "", err
	}
	if err := p.second(ctx, t, at); err != nil {
		return "", err
	}
	if err := officer.once(ctx, at, "propose", url.Values{"outcome": {"refuse"}, "reason": {heldAgainst}}); err != nil {
		return "", err
	}
	approver, err := p.LogIn(ctx, t.Town+".approver")
	if err != nil {
		return "", err
	}
	if err := approver.once(ctx, at, "decide", nil); err != nil {
		return "", err
	}
	p.say("两人入户看过;经办提不同意,另一个人定:低保这次没批")
	return at, nil
}

// readRefusal has the household read that it was refused, and why.
func (p *Player) readRefusal(ctx context.Context, phone *Phone, receipt string) error {
	if err := phone.reads(ctx, "没批"); err != nil {
		return err
	}
	if err := phone.Stay(ctx); err != nil {
		return err
	}
	letters, err := phone.letters(ctx, receipt)
	if err != nil {
		return err
	}
	if len(letters) != 1 {
		return fmt.Errorf("%d letters of one refusal", len(letters))
	}
	for _, want := range []string{"490 元", "480 元", "60 天", "12345"} {
		if !strings.Contains(letters[0], want) {
			return fmt.Errorf("the letter does not say %s: %s", want, letters[0])
		}
	}
	p.say("手机收到短信:没批。打开信,写着原因、数和线、谁定的、60 天内怎么再问:" + heldAgainst)
	return nil
}

// sayWrong has the household say at the public door that it is wrong, and waits until the
// door names who looks anew.
func (p *Player) sayWrong(ctx context.Context, phone *Phone, receipt string) error {
	out, err := p.city.Tell(anewPassword, "staff", "add", anewLogin, anewName, "--role", "officer", "--at", "夏津县宋楼镇")
	if err != nil {
		return fmt.Errorf("one more officer: %w: %s", err, out)
	}
	p.say("镇上只有一位经办,县里添一位没经手过的:" + anewName)
	var said struct{ Say string }
	in := map[string]string{"key": rand.Text(), "item": "MZ-01", "says": saysWrong}
	if err := phone.api(ctx, "POST", "/applications/"+receipt+"/appeals", in, &said); err != nil {
		return fmt.Errorf("say that it is wrong: %w", err)
	}
	p.say("本人在手机网页上说不对:“" + saysWrong + "”")
	if err := p.progress(ctx, phone, receipt, "现在由"+anewName+"重新看"); err != nil {
		return err
	}
	p.say("查进度:现在由" + anewName + "重新看,他没经手过;几号前答复也写着")
	return nil
}

// lookAnew has the new officer propose otherwise, and the county decide: whoever refused has
// no button.
func (p *Player) lookAnew(ctx context.Context, t Township, at string) error {
	if err := p.offersNot(ctx, t.Town+".officer", at, "/propose"); err != nil {
		return err
	}
	anew, err := p.logInWith(ctx, anewLogin, anewPassword)
	if err != nil {
		return err
	}
	if err := anew.once(ctx, at, "propose", url.Values{"outcome": {"approve"}, "reason": {foundAnew}}); err != nil {
		return err
	}
	if _, err := anew.each(ctx, at, "publish_notice", nil); err != nil {
		return err
	}
	p.say("原来提的人点不了;" + anewName + "问了女儿和村里,改提同意,张贴公示")
	if err := p.wait("8d"); err != nil {
		return err
	}
	if err := p.offersNot(ctx, t.Town+".approver", at, "/decide"); err != nil {
		return err
	}
	county, err := p.LogIn(ctx, t.County+".county")
	if err != nil {
		return err
	}
	if err := county.once(ctx, at, "decide", nil); err != nil {
		return err
	}
	p.say("原来定的人点不了;县里没经手过的定:批准。提的、定的,两个都是新人")
	return nil
}

// offersNot holds that the page of a case offers somebody no form of an act.
func (p *Player) offersNot(ctx context.Context, login, at, act string) error {
	d, err := p.LogIn(ctx, login)
	if err != nil {
		return err
	}
	page, err := d.Open(ctx, at)
	if err != nil {
		return err
	}
	for _, action := range page.Actions() {
		if strings.HasSuffix(action, act) {
			return fmt.Errorf("%s is offered what is for somebody else: %s", login, action)
		}
	}
	return nil
}

// heardAnew reads the answer where it was asked for.
func (p *Player) heardAnew(ctx context.Context, phone *Phone, receipt string) error {
	if err := phone.Stay(ctx); err != nil {
		return err
	}
	if err := p.progress(ctx, phone, receipt, "重新看过了:"+anewName+"看的", "改了", "去年 3 月起没再给钱"); err != nil {
		return err
	}
	if err := phone.reads(ctx, "重新看"); err != nil {
		return err
	}
	p.say("查进度、收短信:重新看过了,谁看的、谁定的、改了、为什么,都写着")
	return nil
}

// progress waits until the door says all that is wanted of an application.
func (p *Player) progress(ctx context.Context, phone *Phone, receipt string, want ...string) error {
	said, err := waitFor(ctx, "the progress that says "+strings.Join(want, ", "), func() (string, bool, error) {
		said, err := phone.Progress(ctx, receipt)
		for _, words := range want {
			if !strings.Contains(said, words) {
				return said, false, err
			}
		}
		return said, true, err
	})
	if err != nil {
		return fmt.Errorf("%w: the door says: %s", err, said)
	}
	return nil
}
