"""Which elements and attributes of DMN are understood; whatever else a file holds is refused, never skipped."""

from lxml import etree

from engine.feel.boxed import EXPRESSIONS
from engine.feel.dmn_source import Reader, local_name

# They say nothing about the result.
_SILENT = frozenset({
    "description", "extensionElements", "question", "allowedAnswers", "authorityRequirement", "variable", "text",
    "DMNDI", "knowledgeSource", "textAnnotation", "association", "performanceIndicator", "organizationUnit", "group",
    "elementCollection", "annotation", "annotationEntry", "usingTask", "usingProcess", "supportedObjective",
    "impactedPerformanceIndicator", "decisionMaker", "decisionOwner",
})  # fmt: skip
_CHILDREN: dict[str, frozenset[str]] = {
    "definitions": frozenset({
        "decision", "inputData", "businessKnowledgeModel", "decisionService", "itemDefinition", "import",
    }),
    "decision": EXPRESSIONS | {"informationRequirement", "knowledgeRequirement"},
    "businessKnowledgeModel": frozenset({"encapsulatedLogic", "knowledgeRequirement"}),
    "decisionService": frozenset({"outputDecision", "encapsulatedDecision", "inputDecision", "inputData"}),
    "encapsulatedLogic": EXPRESSIONS | {"formalParameter"},
    "functionDefinition": EXPRESSIONS | {"formalParameter"},
    "itemDefinition": frozenset({"typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"}),
    "itemComponent": frozenset({"typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"}),
    "functionItem": frozenset({"parameters"}),
    "decisionTable": frozenset({"input", "output", "rule"}),
    "input": frozenset({"inputExpression", "inputValues"}),
    "output": frozenset({"outputValues", "defaultOutputEntry"}),
    "rule": frozenset({"inputEntry", "outputEntry"}),
    "informationRequirement": frozenset({"requiredDecision", "requiredInput"}),
    "knowledgeRequirement": frozenset({"requiredKnowledge"}),
    "context": frozenset({"contextEntry"}),
    "contextEntry": EXPRESSIONS,
    "list": EXPRESSIONS,
    "relation": frozenset({"column", "row"}),
    "row": EXPRESSIONS,
    "invocation": EXPRESSIONS | {"binding"},
    "binding": EXPRESSIONS | {"parameter"},
    "conditional": frozenset({"if", "then", "else"}),
    "filter": frozenset({"in", "match"}),
    "for": frozenset({"in", "return"}),
    "some": frozenset({"in", "satisfies"}),
    "every": frozenset({"in", "satisfies"}),
    **dict.fromkeys(("if", "then", "else", "in", "match", "return", "satisfies"), EXPRESSIONS),
}  # fmt: skip
# Attributes of editors that say nothing about the result.
_HARMLESS = (
    "http://bpmn.io/schema/dmn/biodi/", "http://camunda.org/schema/modeler/", "http://www.w3.org/",
    "http://www.trisotech.com/", "http://trisotech.com/", "http://www.drools.org/kie/dmn/")  # fmt: skip
_HARMLESS_NAMES = {"historyTimeToLive", "versionTag"}


def refuse_the_unknown(reader: Reader, element: etree._Element) -> None:
    """Refuse elements, attributes and languages that we would otherwise skip, in an element and all within it."""
    name = local_name(element)
    _check_attributes(reader, element)
    allowed = _CHILDREN.get(name, frozenset())
    for child in element:
        child_name = local_name(child)
        if child_name in _SILENT:
            continue
        if child_name == "import":
            reader.refuse(child, "import", name=child.get("name") or child.get("namespace", ""))
        elif child_name in allowed:
            refuse_the_unknown(reader, child)
        else:
            reader.refuse(child, "unsupported", name=child_name)


def _check_attributes(reader: Reader, element: etree._Element) -> None:
    for key in ("expressionLanguage", "typeLanguage"):
        language = element.get(key, "")
        if language and "feel" not in language.lower():
            reader.refuse(element, "language", name=language)
    for each in element.attrib:
        attribute = etree.QName(str(each))
        foreign = attribute.namespace and not attribute.namespace.startswith(_HARMLESS)
        if foreign and attribute.localname not in _HARMLESS_NAMES:
            reader.refuse(element, "unsupported", name=attribute.localname)
