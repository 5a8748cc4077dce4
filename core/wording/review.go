package wording

import "lianou/core"

// ReviewSoon tells a household, days before, that monthly money is looked at again (F71): what is looked
// at, and that there is nothing to do unless something changed. Nothing stops because we are late.
func ReviewSoon(item string, due core.Date) Notice {
	return Notice{KindReview,
		item + "按规定隔一阵要再看一遍。" + due.Say() + "前看您家的:几口人、收入、住处变没变。没变的,您什么都不用办,钱照发。" +
			"变了的,跟我们说一声。我们看晚了,也不停您的钱。" + Promise + Help,
		[]Field{{"item", item}, {"until", due.Say()}}}
}

// ReviewedSame tells a household that it was looked at and goes on.
func ReviewedSame(item string) Notice {
	return Notice{KindReview, item + "再看过了,照原来的发。" + Help, []Field{{"item", item}, {"until", ""}}}
}
