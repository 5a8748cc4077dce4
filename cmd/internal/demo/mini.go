package demo

import (
	"context"

	"lianou/core/registry/seed"
)

// sickChild is story (c): in the mini-program, with one bank return mended.
func (p *Player) sickChild(ctx context.Context) error {
	story, _ := seed.StoryOf("c")
	phone := p.Phone("c")
	if err := phone.LogInWeChat(ctx); err != nil {
		return err
	}
	receipt, err := phone.Apply(ctx, story)
	if err != nil {
		return err
	}
	if err := phone.Allow(ctx); err != nil {
		return err
	}
	p.say("小程序里拍证件、填表、手指签名,只点名要临时救助,回执 " + receipt)
	if err := p.Work(ctx, Township{"mengsi", "linyi"}, receipt); err != nil {
		return err
	}
	if err := p.Pay(ctx); err != nil {
		return err
	}
	// The father's card was closed: the bank sends every line of it back, and one new
	// card mends them all.
	if err := p.mend(ctx, Township{"mengsi", "linyi"}, story.Fixed.Reveal()); err != nil {
		return err
	}
	if err := p.Pay(ctx); err != nil {
		return err
	}
	return p.Told(ctx, "c", story.Fixed.Last4(), "微信收到:钱打到尾号 "+story.Fixed.Last4()+" 的新卡,还有没开口要过的低保")
}
