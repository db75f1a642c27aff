package io.forkless.cli.arguments;

import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code NAME=VALUE}, split at the first {@code =}; quotes, backslashes and further {@code =} are part of the value. */
public final class VariableConverter implements ITypeConverter<Map.Entry<String, String>> {
    @Override
    public Map.Entry<String, String> convert(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new TypeConversionException("'" + text + "' is not NAME=VALUE");
        }
        return Map.entry(text.substring(0, equals), text.substring(equals + 1));
    }
}
