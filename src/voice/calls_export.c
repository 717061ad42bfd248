/* Lists of the line as Excel files: what their columns are called. */
#include "voice/calls_ops.h"

#include "process/sheet.h"

static const struct sheet_word directions[] = {{"in", {"呼入", "In"}},
					       {"out", {"呼出", "Out"}},
					       {"callback", {"回拨", "Call-back"}},
					       {NULL, {NULL, NULL}}};

static const struct sheet_word outcomes[] = {
	{"running", {"进行中", "Running"}},
	{"answered", {"已接听", "Answered"}},
	{"abandoned", {"未接通（主叫挂断）", "Abandoned"}},
	{"voicemail", {"留言", "Voicemail"}},
	{"callback_asked", {"预约回拨", "Call-back asked"}},
	{"closed", {"非接听时间", "Out of hours"}},
	{"overflow", {"溢出", "Overflow"}},
	{"failed", {"失败", "Failed"}},
	{"menu", {"菜单中挂断", "Hung up in the menu"}},
	{NULL, {NULL, NULL}},
};

static const struct sheet_column call_columns[] = {
	{"began_at", "来电时间", "Began", 17, SHEET_TIME, NULL},
	{"direction", "方向", "Direction", 8, SHEET_TEXT, directions},
	{"caller_hint", "号码", "Number", 14, SHEET_TEXT, NULL},
	{"called", "被叫", "Called", 14, SHEET_TEXT, NULL},
	{"hotline", "热线", "Hotline", 16, SHEET_TEXT, NULL},
	{"queue", "队列", "Queue", 14, SHEET_TEXT, NULL},
	{"outcome", "结果", "Outcome", 18, SHEET_TEXT, outcomes},
	{"operator_name", "坐席", "Operator", 12, SHEET_TEXT, NULL},
	{"queued_at", "排队", "Queued", 17, SHEET_TIME, NULL},
	{"answered_at", "接听", "Answered", 17, SHEET_TIME, NULL},
	{"ended_at", "结束", "Ended", 17, SHEET_TIME, NULL},
	{"hold_ms", "保持（秒）", "Hold (s)", 10, SHEET_SECONDS, NULL},
	{"wrap_ms", "话后（秒）", "Wrap-up (s)", 10, SHEET_SECONDS, NULL},
	{"transfers", "转接", "Transfers", 8, SHEET_INT, NULL},
	{"refused", "未应答", "Not taken", 8, SHEET_INT, NULL},
	{"rating", "评价", "Rating", 8, SHEET_INT, NULL},
	{"disposition", "小结", "Disposition", 20, SHEET_TEXT, NULL},
	{"recordings", "录音", "Recordings", 8, SHEET_INT, NULL},
};

int calls_export_apply(struct call *call, struct tx *tx)
{
	static const struct sheet_spec spec = {"calls.list",
					       "通话记录",
					       "Calls",
					       "通话记录.xlsx",
					       "calls.xlsx",
					       call_columns,
					       ARRAY_SIZE(call_columns)};

	return sheet_reply(call, tx, &spec);
}

static const struct sheet_column statistics_columns[] = {
	{"period", "日期", "Period", 12, SHEET_TEXT, NULL},
	{"hotline", "热线", "Hotline", 16, SHEET_TEXT, NULL},
	{"queue", "队列", "Queue", 14, SHEET_TEXT, NULL},
	{"operator_name", "坐席", "Operator", 12, SHEET_TEXT, NULL},
	{"offered", "呼入", "Offered", 8, SHEET_INT, NULL},
	{"answered", "接听", "Answered", 8, SHEET_INT, NULL},
	{"abandoned", "放弃", "Abandoned", 8, SHEET_INT, NULL},
	{"abandoned_short", "其中短时放弃", "Short abandons", 12, SHEET_INT, NULL},
	{"connected", "接通率", "Connected", 10, SHEET_SHARE, NULL},
	{"within", "及时接听", "In time", 10, SHEET_INT, NULL},
	{"level_answered", "服务水平（占接听）", "Service level, of answered", 18, SHEET_SHARE,
	 NULL},
	{"level_offered", "服务水平（占呼入）", "Service level, of offered", 18, SHEET_SHARE, NULL},
	{"average_wait_ms", "平均等候（秒）", "Average wait (s)", 14, SHEET_SECONDS, NULL},
	{"average_talk_ms", "平均通话（秒）", "Average talk (s)", 14, SHEET_SECONDS, NULL},
	{"average_wrap_ms", "平均话后（秒）", "Average wrap-up (s)", 14, SHEET_SECONDS, NULL},
	{"voicemails", "留言", "Voicemails", 8, SHEET_INT, NULL},
	{"callbacks", "预约回拨", "Call-backs", 10, SHEET_INT, NULL},
	{"ratings", "评价数", "Ratings", 8, SHEET_INT, NULL},
	{"rating", "满意度", "Rating", 8, SHEET_REAL, NULL},
};

int calls_statistics_export_apply(struct call *call, struct tx *tx)
{
	static const struct sheet_spec spec = {"calls.statistics",
					       "话务统计",
					       "Statistics",
					       "话务统计.xlsx",
					       "call-statistics.xlsx",
					       statistics_columns,
					       ARRAY_SIZE(statistics_columns)};

	return sheet_reply(call, tx, &spec);
}

static const struct sheet_column presence_columns[] = {
	{"day", "日期", "Day", 12, SHEET_DAY, NULL},
	{"person_name", "人员", "Person", 12, SHEET_TEXT, NULL},
	{"rostered", "排班", "Rostered", 8, SHEET_INT, NULL},
	{"in_at", "签入", "In", 17, SHEET_TIME, NULL},
	{"out_at", "签出", "Out", 17, SHEET_TIME, NULL},
	{"signed_in_ms", "在岗（分钟）", "Signed in (min)", 12, SHEET_MINUTES, NULL},
	{"ready_ms", "就绪（分钟）", "Ready (min)", 12, SHEET_MINUTES, NULL},
	{"talking_ms", "通话（分钟）", "Talking (min)", 12, SHEET_MINUTES, NULL},
	{"wrap_ms", "话后（分钟）", "Wrap-up (min)", 12, SHEET_MINUTES, NULL},
	{"paused_ms", "暂停（分钟）", "Paused (min)", 12, SHEET_MINUTES, NULL},
	{"long_pauses", "超时暂停", "Long pauses", 10, SHEET_INT, NULL},
	{"left_posts", "离岗", "Left the post", 10, SHEET_INT, NULL},
	{"not_taken", "振铃未接", "Not taken", 10, SHEET_INT, NULL},
	{"answered", "接听", "Answered", 10, SHEET_INT, NULL},
};

int calls_presence_export_apply(struct call *call, struct tx *tx)
{
	static const struct sheet_spec spec = {"calls.presence",
					       "值班记录",
					       "Presence",
					       "值班记录.xlsx",
					       "presence.xlsx",
					       presence_columns,
					       ARRAY_SIZE(presence_columns)};

	return sheet_reply(call, tx, &spec);
}

static const struct sheet_column allowance_columns[] = {
	{"person_name", "人员", "Person", 12, SHEET_TEXT, NULL},
	{"org_name", "单位", "Organisation", 24, SHEET_TEXT, NULL},
	{"days_rostered", "排班天数", "Days rostered", 10, SHEET_INT, NULL},
	{"days_on_duty", "到岗天数", "Days on duty", 10, SHEET_INT, NULL},
	{"days_missed", "排班未到岗", "Days missed", 12, SHEET_INT, NULL},
	{"answered", "接听电话", "Calls answered", 10, SHEET_INT, NULL},
};

int calls_allowance_export_apply(struct call *call, struct tx *tx)
{
	static const struct sheet_spec spec = {"calls.allowance",
					       "值班补助",
					       "Allowance",
					       "值班补助.xlsx",
					       "allowance.xlsx",
					       allowance_columns,
					       ARRAY_SIZE(allowance_columns)};

	return sheet_reply(call, tx, &spec);
}

static const struct sheet_column recording_columns[] = {
	{"began_at", "录音时间", "Recorded", 17, SHEET_TIME, NULL},
	{"hotline", "热线", "Hotline", 16, SHEET_TEXT, NULL},
	{"caller_hint", "号码", "Number", 14, SHEET_TEXT, NULL},
	{"operator_name", "坐席", "Operator", 12, SHEET_TEXT, NULL},
	{"case_number", "工单", "Case", 20, SHEET_TEXT, NULL},
	{"length_ms", "时长（秒）", "Length (s)", 10, SHEET_SECONDS, NULL},
	{"keep_until", "保存至", "Kept until", 17, SHEET_TIME, NULL},
	{"hold_purpose", "保全事由", "Legal hold", 30, SHEET_TEXT, NULL},
	{"hold_by", "保全人", "Held by", 12, SHEET_TEXT, NULL},
	{"destroyed_at", "销毁时间", "Destroyed", 17, SHEET_TIME, NULL},
	{"sha256", "SHA-256", "SHA-256", 66, SHEET_TEXT, NULL},
};

int calls_recordings_export_apply(struct call *call, struct tx *tx)
{
	static const struct sheet_spec spec = {"calls.recordings", "录音保存与销毁", "Recordings", "录音清单.xlsx", "recordings.xlsx",
					       recording_columns, ARRAY_SIZE(recording_columns)};

	return sheet_reply(call, tx, &spec);
}
