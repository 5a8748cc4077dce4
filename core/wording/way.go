package wording

import "lianou/core"

// Way is a way of being told, as it is offered and as it is answered.
type Way struct {
	Value core.ChannelName // "" for as it comes
	Own   string           // to who chooses for themselves
	Asked string           // to a member of staff who asks for it
	first string           // what is done first where it is wished
}

// Ways are those to choose from (F69).
func Ways() []Way {
	return []Way{
		{"", "都行,上次哪样收到了,先用哪样", "都行", "用上次收到的办法告诉您"},
		{"wechat", "微信", "微信", "发微信"},
		{"sms", "短信", "短信", "发短信"},
		{"voice", "打电话,念给我听", "打电话,念给他听", "打电话念给您听"},
	}
}

// ToldFirst says what comes of a wish: what is done first, and that nobody is left out by it.
func ToldFirst(way core.ChannelName) string {
	for _, w := range Ways() {
		if w.Value == way {
			return "有了结果,先" + w.first + "。没收到,再用别的办法。"
		}
	}
	return ""
}

// WishedFirst is a line of the timeline that staff read; "" where nothing was wished.
func WishedFirst(way core.ChannelName) string {
	for _, w := range Ways() {
		if w.Value == way && way != "" {
			return "说有了结果先" + w.first
		}
	}
	return ""
}
