"""The words of the editor's panel: for somebody who knows the business and reads no code."""

from web.i18n import translate as _


def type_names() -> dict[str, str]:
    """Return type of a variable → its name."""
    return {
        "text": _("text"),
        "number": _("number"),
        "money": _("money"),
        "boolean": _("yes or no"),
        "date": _("date"),
        "datetime": _("date and time"),
        "duration": _("length of time"),
        "list": _("list"),
        "context": _("group of values"),
        "time": _("time of day"),
        "any": _("any value"),
    }


def slot_names() -> dict[str, str]:
    """Return business field → its name, apart from what a process calls it."""
    return {
        "subject": _("Subject, in Chinese"),
        "subject_en": _("Subject, in English"),
        "priority": _("Priority"),
        "text_1": _("Text field 1"),
        "text_2": _("Text field 2"),
        "text_3": _("Text field 3"),
        "number_1": _("Number field"),
        "date_1": _("Date field"),
    }


def panel_texts() -> dict[str, str]:
    """Return key → text in the reader's language."""
    return {**_shared(), **_tasks(), **_service(), **_events(), **_loops(), **_lanes(), **_fields()}


def _shared() -> dict[str, str]:
    return {
        "group": _("Fieldflow"),
        "nameEn": _("English name"),
        "name": _("Name"),
        "value": _("Value (FEEL)"),
        "plainValue": _("Value"),
        "type": _("Type"),
        "other": _("Other settings"),
        "variables": _("Variables"),
        "ofProcess": _("Variables and business fields belong to the process, which is the pool around the picture."),
        "showProcess": _("Show the process"),
        "yes": _("Yes"),
        "no": _("No"),
        "required": _("required"),
        "needed": _("This is needed."),
        "nameNeeded": _("Give it a name."),
        "nameInvalid": _("Letters, digits and _ only, not beginning with a digit; dots between the parts of a group."),
        "nameTaken": _("This name is taken."),
        "wholeNumber": _("Give a whole number above zero."),
        "feelPlaceholder": _("Expression – Ctrl+Space lists what there is"),
        "offers": _("What may stand here"),
        "offerDeclares": _("declared with it"),
        "offersMore": _("{n} more: type to narrow them down"),
        "ownExpression": _("Own expression"),
        "noVariables": _("No variable of this kind"),
    }


def _tasks() -> dict[str, str]:
    return {
        "form": _("Form"),
        "formExpression": _("Form by expression"),
        "formExpressionHelp": _("Gives the key of a form, for example by the visit's purpose."),
        "result": _("Result variable"),
        "resultFormHelp": _("What people enter is kept under this name: report.outcome, report.note …"),
        "resultDecisionHelp": _("What the decision says is kept under this name."),
        "resultTopicHelp": _(
            "Keeps what comes back together under this name; empty: each value is a variable of its own."
        ),
        "valuesBack": _("What comes back: {n} values"),
        "valuesEntered": _("What people enter: {n} values"),
        "declare": _("Declare {n} variables"),
        "due": _("Due"),
        "dueFrom": _("Due at the time of"),
        "dueHelp": _("A date and time or a length of time, such as report_late_at or PT4H."),
        "optional": _("Optional"),
        "optionalHelp": _("The process goes on without it; it stands beside other tasks, not in inboxes"),
        "approval": _("Somebody decides here"),
        "approvalHelp": _("A repair that passes it over needs a second administrator."),
        "decision": _("Decision"),
        "decisionHelp": _("A table of the decision files of this version."),
        "script": _("Script"),
        "scriptHelp": _("A FEEL context; its entries become variables: { total: price * quantity }"),
        "condition": _("Condition"),
        "conditionHelp": _("The process goes this way if it is true, such as: amount > 100"),
        "defaultWay": _("The process goes this way if no other condition holds. It needs no condition of its own."),
        "calledElement": _("Called process"),
        "noProcesses": _("This version has no other process. Add its file to the draft first."),
        "calledHelp": _("Another process of the same version; this one waits until it is over."),
    }


def _service() -> dict[str, str]:
    return {
        "service": _("What is done"),
        "topic": _("Topic"),
        "topicHelp": _("Choose what the program does here."),
        "topicUnknown": _("Nothing here serves this topic. It cannot be published like this."),
        "lookups": _("Looks something up"),
        "operations": _("Changes something"),
        "deliverys": _("Sends something outside"),
        "lookupHelp": _("It only reads: nothing is changed, and the process goes on at once."),
        "operationHelp": _("It is stored together with this step: both, or neither."),
        "deliveryHelp": _(
            "It is sent once this step is stored, again until it arrives; the process does not wait for it."
        ),
        "deliveryWaits": _("It is sent once this step is stored; the process waits for the answer."),
        "parameters": _("What it is told"),
        "otherParameters": _("Other parameters, which it does not read"),
        "asExpression": _("{name}, as an expression"),
        "gives": _("What comes back"),
    }


def _events() -> dict[str, str]:
    return {
        "timerGroup": _("Timer"),
        "timer": _("Time"),
        "timerKind": _("Kind of timer"),
        "timerDate": _("A point in time"),
        "timerDuration": _("A length of time"),
        "timerCycle": _("Again and again"),
        "timerCycleHelp": _("A timer that repeats cannot be published: draw a loop with a plain timer."),
        "timerFrom": _("At the time of"),
        "timerHelp": _('When it happens, such as report_late_at or visit_day + duration("P1D").'),
        "timerDurationHelp": _("How long to wait: PT30M is 30 minutes, PT4H 4 hours, P2D 2 days."),
        "message": _("Message"),
        "whichMessage": _("Which message"),
        "newMessage": _("New message …"),
        "noMessages": _("This process has no message yet."),
        "messageName": _("Name of the message"),
        "messageNameHelp": _(
            "Sender and receiver must use the same name. A change here holds for every element with this message."
        ),
        "catchHelp": _("It waits for this message to this very case. What the message carries becomes variables."),
        "startMessageHelp": _("This message starts a new case. What it carries becomes variables."),
        "throwHelp": _(
            "The message is sent once this step is stored. Who does not wait for it yet gets it later, within 30 days."
        ),
        "to": _("Send to"),
        "toHelp": _('The business key of the receiver, such as "request:" + request_id.'),
        "payload": _("Payload"),
        "payloadHelp": _("Values that go with it, by name: {reason: reason, number: number}."),
        "errorEvent": _("Error of the process"),
        "whichError": _("Which error"),
        "newError": _("New error …"),
        "noErrors": _("This process has no error yet."),
        "anyError": _("Any error"),
        "errorCode": _("Code of the error"),
        "errorCodeHelp": _("The end event that gives it and the event that catches it use the same code."),
        "errorCatchHelp": _(
            "Catches an error of the activity, or of an end event inside. The variable error holds code and message."
        ),
        "errorThrowHelp": _(
            "Ends here with this error; a boundary event around it goes on. If none catches it, an admin is asked."
        ),
        "boundary": _("On the activity"),
        "whenHappens": _("When it happens"),
        "interrupts": _("the activity ends, and the process goes on from here"),
        "goesOn": _("the activity goes on, and this runs beside it"),
        "interruptsHelp": _("The dashed circle in the picture means that the activity goes on."),
        "errorInterrupts": _("An error always ends its activity."),
    }


def _loops() -> dict[str, str]:
    return {
        "loop": _("Repetition"),
        "loopKind": _("How often it runs"),
        "loopNone": _("Once"),
        "loopSequential": _("For each, one after the other"),
        "loopParallel": _("For each, all at once"),
        "loopStandard": _("Again, while a condition holds"),
        "loopHelp": _("Such as one task for each line of an order."),
        "loopOver": _("For each of"),
        "loopOverList": _("the entries of a list"),
        "loopOverCount": _("a number of turns"),
        "loopCollection": _("List"),
        "loopCollectionHelp": _("A variable that holds a list, such as order.lines."),
        "loopItem": _("Name of the entry"),
        "loopItemHelp": _("Under this name each turn finds its entry; without one it is item."),
        "loopCount": _("Number of turns"),
        "loopCountHelp": _("A number up to 1000; each turn finds its own, from 0, as index."),
        "loopUntil": _("Enough when"),
        "loopUntilHelp": _(
            "After each turn; the others are withdrawn. It may ask completed and total, such as completed >= 2."
        ),
        "loopResult": _("Variable for the results"),
        "loopResultHelp": _("A list of what each turn gave; without one the variables of the turns come together."),
        "loopValue": _("What a turn gives"),
        "loopValueHelp": _("Such as answer.decision; together with the variable for the results."),
        "loopReferences": _(
            "This loop names its data as other programs do. It cannot be published so: name the list above."
        ),
        "loopForget": _("Take these references away"),
        "loopCondition": _("Again while"),
        "loopConditionHelp": _("Such as not(done)."),
        "loopTested": _("It is asked"),
        "loopTestAfter": _("after each turn"),
        "loopTestBefore": _("before the first turn too"),
        "loopMaximum": _("At most"),
        "loopMaximumHelp": _("A number of turns; empty: as often as the condition holds."),
    }


def _lanes() -> dict[str, str]:
    return {
        "lane": _("Who stands in this lane"),
        "laneHelp": _("Its tasks are offered to them."),
        "lanesHere": _("In this process"),
        "lanesElsewhere": _("In other processes: nobody here"),
        "lanesKnown": _("Known lanes"),
        "laneOther": _("Another key …"),
        "laneKey": _("Lane key"),
        "laneWho": _("These are: "),
        "laneNobody": _("The program puts nobody into this lane in this process: its tasks would reach no inbox."),
        "inLane": _("Lane: "),
        "ownLane": _("Lane"),
        "ownLaneHelp": _("Who gets this task. Inside a sub-process this is chosen here, not by where it is drawn."),
        "laneAsOuter": _("as the sub-process: {lane}"),
        "laneAsOuterNone": _("as the sub-process, which stands in no lane"),
        "noLane": _("It stands in no lane: nobody would get it."),
    }


def _fields() -> dict[str, str]:
    return {
        "slots": _("Business fields"),
        "slot": _("Field"),
        "slotHelp": _("Lists and filters show it under the label of the process."),
        "slotLabel": _("Label in Chinese"),
        "slotLabelHelp": _("The same for every task of this process; empty: lists show no column for it."),
        "slotLabelEn": _("Label in English"),
        "slotValues": _("Words in Chinese"),
        "slotValuesHelp": _("What the field may hold, each with what people read: sample=样品; technical=技术支持"),
        "slotValuesEn": _("Words in English"),
        "fieldValue": _("Filled with"),
        "fieldValueHelp": _("A variable or an expression, evaluated when the task opens."),
        "priority": _("Priority"),
        "takeOver": _("Take over from another task"),
        "takeOverNow": _("Take over"),
        "takeOverHelp": _("Fills what is empty here: {names}"),
    }
