package simulator

import "qunguan/bot/chat"

// The groups of the sample world.
const (
	SampleCustomerGroup = "wrHuadongVIP0001" // 华东VIP客户群
	SampleControlGroup  = "opsControl0001"   // 运营管理群: the smart bot is a member
	SampleProjectGroup  = "project0001"      // 内部项目群: the smart bot is a member
	SampleAppGroup      = "duty0001"         // 客服排班群: made by the app
)

// SampleWorld is a plausible trading company without its secrets: an owner, a customer service team, sales,
// operations, one newcomer who may not serve customers yet, and four customers, in one customer group and three internal ones.
func SampleWorld() World {
	return World{
		Corp: "ww0123456789abcdef", AgentID: 1000002, BotName: "群管", Company: "云岭贸易",
		Departments: []Department{
			{Name: "总经办"}, {Name: "客户中心"}, {Name: "客服部", Above: "客户中心"}, {Name: "运营部", Above: "客户中心"},
			{Name: "销售中心"}, {Name: "华东销售部", Above: "销售中心"},
		},
		People: []Person{
			{ID: "boss", Name: "陈建国", Position: "老板", Email: "boss@example.com", Departments: []string{"总经办"}},
			{ID: "li", Name: "李敏", Position: "客服主管", Email: "li@example.com", Departments: []string{"客服部"}},
			{ID: "wang", Name: "王磊", Position: "销售代表", Email: "wang@example.com", Departments: []string{"华东销售部"}},
			{ID: "zhao", Name: "赵倩", Position: "运营专员", Email: "zhao@example.com", Departments: []string{"运营部"}},
			{ID: "sun", Name: "孙悦", Position: "客服专员", Email: "sun@example.com", Departments: []string{"客服部"}},
			{ID: "zhou", Name: "周凯", Position: "销售经理", Email: "zhou@example.com", Departments: []string{"华东销售部"}},
			{ID: "xiaochen", Name: "陈小雨", Position: "新人", Email: "xiaochen@example.com", Departments: []string{"运营部"}, NoContact: true},
			{ID: "wmCustomerZhang01", Name: "张先生", Position: "华信贸易", Customer: true, Followers: []string{"wang"}},
			{ID: "wmCustomerLiu0002", Name: "刘女士", Position: "恒达物流", Customer: true, Followers: []string{"zhou"}},
			{ID: "wmCustomerHe00003", Name: "何总", Position: "云帆科技", Customer: true, Followers: []string{"wang", "zhou"}},
			{ID: "wmCustomerWu00004", Name: "吴先生", Position: "刚进群", Customer: true},
		},
		Groups: []Group{
			{
				ID: SampleControlGroup, Name: "运营管理群", Kind: chat.BotGroup, Owner: "boss",
				Members: []string{"boss", "li", "wang", "zhao", "sun", "zhou", "xiaochen"},
			},
			{
				ID: SampleCustomerGroup, Name: "华东VIP客户群", Kind: chat.CustomerGroup, Owner: "zhou",
				Members: []string{
					"zhou", "boss", "li", "wang", "zhao", "sun",
					"wmCustomerZhang01", "wmCustomerLiu0002", "wmCustomerHe00003", "wmCustomerWu00004",
				},
				Admins: []string{"li"},
			},
			{
				ID: SampleProjectGroup, Name: "内部项目群", Kind: chat.BotGroup, Owner: "li",
				Members: []string{"li", "boss", "wang", "zhao", "xiaochen"},
			},
			{
				ID: SampleAppGroup, Name: "客服排班群", Kind: chat.AppGroup, Owner: "li",
				Members: []string{"li", "sun", "zhao", "wang"},
			},
		},
	}
}
