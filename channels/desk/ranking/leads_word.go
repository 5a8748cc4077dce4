package ranking

import "lianou/core/watch"

// A way is who was asked about a lead, and how, as a form offers it.
type way struct {
	Way  watch.Way
	Word string
}

// waysGroup is some of them under a heading.
type waysGroup struct {
	Head string
	Ways []way
}

// askedWays are what a form offers of who was asked. Which fit which result is asked of
// watch when it is sent.
func askedWays() []waysGroup {
	group := func(head string, ways ...watch.Way) waysGroup {
		g := waysGroup{Head: head}
		for _, w := range ways {
			g.Ways = append(g.Ways, way{w, asked[w]})
		}
		return g
	}
	return []waysGroup{group("问到了", watch.SelfMet, watch.KinMet, watch.SelfCall, watch.KinCall, watch.Others),
		group("没问到", watch.NobodyHome, watch.NoAnswer), group("没问人", watch.Records)}
}

var asked = map[watch.Way]string{watch.SelfMet: "上门见到他本人", watch.KinMet: "上门见到家里人", watch.SelfCall: "打电话问的本人", watch.KinCall: "打电话问的家里人",
	watch.Others: "托邻居、亲戚问的", watch.NobodyHome: "上门没人", watch.NoAnswer: "电话没打通", watch.Records: "看了记录、凭据"}
