package io.forkless.cli.arguments;

import io.forkless.supervisor.admin.Endpoint;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a supervisor. */
public final class NameConverter implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
        try {
            return Endpoint.requireValidName(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
