import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Reads `true` and `false` of an address. Leaves other values unchanged, for the validation to refuse them. */
export const asBoolean = ({ value }: { value: unknown }): unknown =>
  value === 'true' ? true : value === 'false' ? false : value;
/** Reads an integer of an address. */
export const asInteger = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
/** Reads a number of an address. Blanks, hexadecimal numbers and empty text are not numbers. */
export const asNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;

/** Declares an optional text of an address, of 1 to `maxLength` characters. */
export const TextParameter = (maxLength: number, description: string): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ description }), IsOptional(), IsString(), Length(1, maxLength));

/** Parameters of every list. */
export class PageQuery {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 1000,
    default: 100,
    type: 'integer',
    description: 'Maximum number of items.',
  })
  @Transform(asInteger)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;

  @ApiPropertyOptional({ description: '`next_cursor` of the previous page.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  cursor?: string;
}
