"""What can be wrong in a form definition, in the admin's words."""

from typing import Any

from forms.model import Finding

FINDINGS: dict[str, tuple[str, str]] = {
    "not_an_object": ("A form definition is a JSON object.", "表单定义必须是一个 JSON 对象。"),
    "unknown_property": (
        "Remove the property “{name}”: it means nothing here.",
        "请删除属性“{name}”：它在这里没有意义。",
    ),
    "key": (
        "“{key}” cannot be a key: use a-z, 0-9 and _, beginning with a letter, and no reserved name.",
        "“{key}”不能用作键名：只能用小写字母、数字和下划线，以字母开头，且不能是保留名。",
    ),
    "version": ("The version is a whole number from 1.", "版本必须是从 1 开始的整数。"),
    "no_components": ("Add at least one component.", "请至少添加一个组件。"),
    "too_large": (
        "The form has too many components, or they are nested too deeply.",
        "表单的组件过多，或嵌套层次过深。",
    ),
    "type": ("“{type}” is no component type.", "没有名为“{type}”的组件类型。"),
    "wording": (
        'Write the wording as {{"zh": …, "en": …}}.',
        '请把文字写成 {{"zh": …, "en": …}} 的形式。',
    ),
    "condition": ("The condition is not well formed.", "条件的写法不正确。"),
    "options": (
        "Each option needs a value of up to 100 characters and a label.",
        "每个选项都需要一个不超过 100 个字符的值和一个标签。",
    ),
    "source": ("The source is the name of a choice list.", "来源必须是一个选项列表的名称。"),
    "options_or_source": (
        "Give either options or the source of the choices.",
        "请只提供选项，或只提供选项的来源。",
    ),
    "property": ("The value of “{name}” does not fit this component.", "“{name}”的值不适用于此组件。"),
    "duplicate_key": ("The key “{key}” is used twice.", "键名“{key}”被重复使用。"),
    "missing_label": ("Write the wording in {language} too.", "请补充{language_zh}文字。"),
    "unknown_field": (
        "The condition reads “{name}”, and no such field can be seen from here.",
        "条件引用了“{name}”，但此处没有这个字段。",
    ),
    "cycle": (
        "The conditions of “{keys}” depend on each other in a circle.",
        "“{keys}”的显示条件互相依赖，形成了循环。",
    ),
    "unknown_column": (
        "The computed field reads “{name}”, which is no number field here.",
        "计算字段引用了“{name}”，但此处没有这个数字字段。",
    ),
    "duplicate_option": ("The option “{value}” is listed twice.", "选项“{value}”重复出现。"),
    "unknown_option": (
        "The condition compares “{field}” with “{value}”, which is none of its options.",
        "条件把“{field}”与“{value}”比较，但它不在选项之中。",
    ),
    "limits": ("The lower limit is above the upper one.", "下限大于上限。"),
    "default": ("The default does not fit the field.", "默认值不适用于此字段。"),
    "unknown_source": ("There is no choice list “{name}”.", "没有名为“{name}”的选项列表。"),
}


def finding(path: str, code: str, **params: Any) -> Finding:
    """Make the finding with this code at a path of the definition."""
    english, chinese = FINDINGS[code]
    return Finding(path, code, english, chinese, params)
