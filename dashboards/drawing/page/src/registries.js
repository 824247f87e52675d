// SPDX-License-Identifier: Apache-2.0
// What Grafana registers when it starts, and @grafana/data therefore expects: transformations, options of fields.
import {
    Registry,
    booleanOverrideProcessor,
    dataLinksOverrideProcessor,
    displayNameOverrideProcessor,
    identityOverrideProcessor,
    numberOverrideProcessor,
    standardFieldConfigEditorRegistry,
    standardTransformers,
    standardTransformersRegistry,
    stringOverrideProcessor,
    thresholdsOverrideProcessor,
    unitOverrideProcessor,
    valueMappingsOverrideProcessor,
} from '@grafana/data';

const STANDARD = {
    actions: identityOverrideProcessor,
    color: identityOverrideProcessor,
    decimals: numberOverrideProcessor,
    description: stringOverrideProcessor,
    displayName: displayNameOverrideProcessor,
    fieldMinMax: booleanOverrideProcessor,
    filterable: booleanOverrideProcessor,
    links: dataLinksOverrideProcessor,
    mappings: valueMappingsOverrideProcessor,
    max: numberOverrideProcessor,
    min: numberOverrideProcessor,
    noValue: stringOverrideProcessor,
    thresholds: thresholdsOverrideProcessor,
    unit: unitOverrideProcessor,
};

function option(id, path, process, isCustom) {
    return { id, path, name: id, process, override: process, isCustom, settings: {}, shouldApply: () => true };
}

const standardOptions = () => Object.entries(STANDARD).map(([id, process]) => option(id, id, process, false));

export function register() {
    // Several names can be of one transformation.
    const transformers = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));
    standardTransformersRegistry.setInit(() =>
        [...transformers.values()].map((one) => ({ id: one.id, name: one.name ?? one.id, transformation: one }))
    );
    standardFieldConfigEditorRegistry.setInit(standardOptions);
}

/** The options that a panel's fields can have; `custom` are those of its kind of panel. */
export function fieldOptions(custom) {
    return new Registry(() => [
        ...standardOptions(),
        ...custom.map((name) => option(`custom.${name}`, name, identityOverrideProcessor, true)),
    ]);
}
